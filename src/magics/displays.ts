import { displayCode } from '../session';
import { runCode } from './code';
import { CODE_OPTIONS, SESSION_OPTION, codeOptions, sessionOf } from './codeOptions';
import { runSql } from './codeMagic';
import { usage } from './options';
import { isEmptyCode } from './parser';
import { prettyTables } from './pretty';

import type { ICommand } from './types';

/** `%%pretty`. */
export const pretty: ICommand = {
  name: 'pretty',
  summary: 'Run the cell; what df.show() prints is shown as a table',
  options: [SESSION_OPTION],
  async run({ args, body, cell, notebook }) {
    const session = sessionOf(notebook, args);
    await runCode(cell, notebook, body, session.request?.language ?? notebook.language, {
      session,
      shape: prettyTables
    });
  }
};

/** `%%display`. */
export const display: ICommand = {
  name: 'display',
  summary: 'Run the cell; the data frame that it ends in is shown as a table',
  usage: '[NAME]',
  options: CODE_OPTIONS.filter(option => !['output', 'coerce', 'quiet'].includes(option.name)),
  async run({ args, body, cell, notebook }) {
    const options = codeOptions('%%display', args);
    const session = sessionOf(notebook, args);
    const code = [body, args.words.join(' ')].filter(text => text.trim()).join('\n');
    const language = session.request?.language ?? notebook.language;
    if (isEmptyCode(code, '#')) {
      throw usage('%%display needs a data frame.', 'Write its name below the magic, or code that ends in it.');
    }
    const { maxRows = session.maxRows, method, fraction } = options;
    if (language === 'pyspark') {
      const share = method === 'sample' ? { fraction } : {};
      await runCode(cell, notebook, displayCode(code, { maxRows, ...share }), 'pyspark', { session, maxRows });
      return;
    }
    // The languages of a session have one Spark session in common, and so its views.
    const view = 'emr_display';
    const bind =
      language === 'spark'
        ? `{\n${code}\n}.createOrReplaceTempView("${view}")`
        : `SparkR::createOrReplaceTempView({\n${code}\n}, "${view}")`;
    await runCode(cell, notebook, bind, language, { session, quiet: true });
    await runSql({ cell, notebook, code: `SELECT * FROM ${view}`, kind: 'sql' }, session, options);
  }
};

/** `%%matplot`. */
export const matplot: ICommand = {
  name: 'matplot',
  summary: 'Run Python, then show the plot (as the line %matplot plt does)',
  usage: '[plt]',
  options: [SESSION_OPTION],
  async run({ args, body, cell, notebook }) {
    const [name = 'plt', ...more] = args.words;
    if (more.length > 0 || !/^[A-Za-z_]\w*$/.test(name)) {
      throw usage('%%matplot takes one name, that of pyplot.', 'e.g. %%matplot plt');
    }
    await runCode(cell, notebook, `${body.trimEnd()}\n%matplot ${name}`, 'pyspark', {
      session: sessionOf(notebook, args)
    });
  }
};
