import { errorText } from '../../protocol';
import { AWS_OPTIONS, awsContext } from '../bind';
import { usage } from '../options';
import { say, showTable } from '../show';

import type { ICommand } from '../types';

const ACTIONS = ['start', 'stop'] as const;

/** `%emr applications`. */
export const applications: ICommand = {
  name: 'applications',
  summary: 'EMR Serverless applications, and whether notebooks can connect to them; start or stop one',
  usage: '[start|stop ID|NAME]',
  options: [...AWS_OPTIONS],
  async run({ args, cell, notebook }) {
    const control = await notebook.control(awsContext('%emr applications', args));
    const [word, wanted, ...more] = args.words;
    const options = { signal: cell.signal };
    if (word !== undefined) {
      const action = ACTIONS.find(one => one === word.toLowerCase());
      if (!action || wanted === undefined || more.length > 0) {
        throw usage(
          `%emr applications does not know what to do with "${args.words.join(' ').slice(0, 60)}".`,
          'It takes nothing, or start or stop with one id or name.'
        );
      }
      const { name, state } = await control.call(`applications.${action}`, { application: wanted }, options);
      say(cell, `${name} is ${state}.`);
      return;
    }
    const { applications: list, problem } = await control.call('applications.list', {}, options);
    showTable(
      cell,
      ['name', 'state', 'application', 'release', 'architecture', 'stops when idle', 'notebooks'],
      list.map(item => [
        item.name,
        item.state,
        item.applicationId,
        item.release,
        item.architecture,
        item.autoStopMinutes === undefined ? '' : `after ${item.autoStopMinutes} min`,
        item.livy === true ? 'yes' : (item.why ?? '')
      ]),
      'There are no EMR Serverless applications in this account and region.'
    );
    if (problem) {
      cell.stream('stderr', `${errorText(problem)}\n`);
    }
  }
};
