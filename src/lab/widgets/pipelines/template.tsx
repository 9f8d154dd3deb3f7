import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, copyIcon, downloadIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import { emrIcon } from '../../icons';
import { Button } from '../common';

/** A CloudFormation template, to be read, copied and downloaded. */
export function TemplateBody(props: { name: string; text: string; trans: TranslationBundle }): React.JSX.Element {
  const { name, text, trans } = props;
  const download = () => {
    const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${name}.template.yaml`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <div className="jp-EMR-logs" data-emr="template" data-name={name}>
      <div className="jp-EMR-actions">
        <Button hook="template-download" icon={downloadIcon} onClick={download}>
          {trans.__('Download')}
        </Button>
        <Button hook="template-copy" icon={copyIcon} onClick={() => void navigator.clipboard.writeText(text)}>
          {trans.__('Copy')}
        </Button>
      </div>
      <p className="jp-EMR-help">
        {trans.__(
          'For the platform team: a stack of it makes the application, the role, the schedule, logs and alarms of the pipeline as it is deployed.'
        )}
      </p>
      <pre className="jp-EMR-log" tabIndex={0} aria-label={trans.__('Template')} data-emr="template-text">
        {text}
      </pre>
    </div>
  );
}

/** A tab with the template of a pipeline. */
export function templateWidget(name: string, text: string, trans: TranslationBundle): MainAreaWidget<ReactWidget> {
  const content = ReactWidget.create(<TemplateBody name={name} text={text} trans={trans} />);
  const widget = new MainAreaWidget({ content });
  widget.id = `emr-template-${name}`;
  widget.title.label = trans.__('Template: %1', name);
  widget.title.icon = emrIcon;
  widget.title.closable = true;
  return widget;
}
