import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IScript } from '../../../protocol';

/** A cell of the notebook as the dialog shows it. */
export interface ICellText {
  kind: 'code' | 'markdown' | 'raw';
  source: string;
}

/** The notebook's cells beside the script that is made of them; what was left out says why. */
export function ScriptStep(props: {
  script: IScript;
  scriptPath: string;
  cells: readonly ICellText[];
  trans: TranslationBundle;
}): React.JSX.Element {
  const { script, cells, trans } = props;
  const [chosen, setChosen] = React.useState<number>();
  const marked = script.cells.find(({ cell }) => cell === chosen);
  const pane = React.useRef<HTMLDivElement>(null);
  const choose = (cell: number) => {
    setChosen(cell);
    const first = script.cells.find(range => range.cell === cell)?.first;
    pane.current?.querySelector(`[data-line="${first}"]`)?.scrollIntoView({ block: 'center' });
  };
  const { origin } = script;
  const codeCells = cells.map((cell, index) => ({ ...cell, index })).filter(({ kind }) => kind === 'code');
  return (
    <div className="jp-EMR-promote-script" data-emr="promote-script">
      <section aria-label={trans.__('Notebook')}>
        <h3>{trans.__('Notebook')}</h3>
        <ol className="jp-EMR-promote-cells" tabIndex={0}>
          {codeCells.map(({ index, source }) => (
            <Cell key={index} index={index} source={source} script={script} trans={trans} onChoose={choose} />
          ))}
        </ol>
      </section>
      <section aria-label={trans.__('Script')}>
        <h3>
          {trans.__('Script')} <code>{props.scriptPath}</code>
        </h3>
        <div
          className="jp-EMR-promote-code"
          ref={pane}
          tabIndex={0}
          role="group"
          aria-label={trans.__('Text of the script')}
          data-emr="promote-script-text"
        >
          {script.text.split('\n').map((line, index) => (
            <div
              key={index}
              data-line={index + 1}
              data-marked={Boolean(marked && index + 1 >= marked.first && index + 1 <= marked.last)}
            >
              <span aria-hidden="true">{index + 1}</span>
              <code>{line || ' '}</code>
            </div>
          ))}
        </div>
        <p className="jp-EMR-help">
          {origin.commit
            ? trans.__('From %1 at commit %2', origin.notebook, origin.commit.slice(0, 10))
            : trans.__('From %1, which is in no repository', origin.notebook)}
          {origin.dirty && ` ${trans.__('with changes that are not committed')}`}
        </p>
        {script.warnings.map(warning => (
          <p key={warning} className="jp-EMR-warning">
            {warning}
          </p>
        ))}
      </section>
    </div>
  );
}

function Cell(props: {
  index: number;
  source: string;
  script: IScript;
  trans: TranslationBundle;
  onChoose: (cell: number) => void;
}): React.JSX.Element {
  const { index, source, script, trans, onChoose } = props;
  const range = script.cells.find(({ cell }) => cell === index);
  const omissions = script.omissions.filter(({ cell }) => cell === index);
  return (
    <li className="jp-EMR-promote-cell" data-emr="promote-cell" data-kept={range !== undefined}>
      <pre>{source}</pre>
      {range && (
        <button type="button" className="jp-EMR-link" onClick={() => onChoose(index)}>
          {range.first === range.last
            ? trans.__('Line %1 of the script', range.first)
            : trans.__('Lines %1 to %2 of the script', range.first, range.last)}
        </button>
      )}
      {omissions.map(({ line, text, reason }) => (
        <p key={`${line} ${text} ${reason}`} className="jp-EMR-warning" data-emr="promote-omission">
          {range && <code>{text}</code>} {reason}
        </p>
      ))}
      {!range && omissions.length === 0 && <p className="jp-EMR-help">{trans.__('Empty.')}</p>}
    </li>
  );
}
