import { EmrError } from '../../protocol';
import { BINDING_OPTION, sessionOf } from '../codeOptions';
import { usage } from '../options';
import { age, say, showTable } from '../show';

import type { IListed, NotebookSession } from '../../session';
import type { ICommand, ICountedCell, INotebook } from '../types';

/** `%emr sessions`. */
export const sessions: ICommand = {
  name: 'sessions',
  summary: 'Sessions on the cluster’s Livy that you may see, whose they are; ends your own',
  options: [
    { name: 'end', value: 'ID', multiple: true, help: 'End this session of yours; may stand more than once' },
    { name: 'end-orphans', help: 'End your sessions whose kernel on this host is gone' },
    BINDING_OPTION
  ],
  async run({ args, cell, notebook }) {
    const session = sessionOf(notebook, args);
    const ids = args.all('end').map(number);
    const here = sessionsHere(notebook, session);
    const list = await session.ownedSessions([...here.keys()]);
    if (args.has('end-orphans')) {
      ids.push(...list.filter(item => item.whose === 'orphan').map(item => item.session.id));
    }
    if (ids.length > 0 || args.has('end-orphans')) {
      await end(cell, session, list, [...new Set(ids)]);
      return;
    }
    showTable(
      cell,
      ['id', 'name', 'state', 'whose', 'looked after for', 'last used', 'owner', 'application'],
      list.map(item => [
        item.session.id,
        item.session.name,
        item.session.state,
        whoseText(item, here),
        age(item.record?.since),
        usedText(item),
        item.session.owner ?? item.session.proxyUser,
        item.session.appId
      ]),
      'Livy shows no sessions.'
    );
    const orphans = list.filter(item => item.whose === 'orphan').length;
    if (orphans > 0) {
      say(
        cell,
        `${count(orphans)} without a kernel: %emr sessions --end-orphans ends ${orphans === 1 ? 'it' : 'them'}.`
      );
    }
  }
};

/** The notebook's own sessions on the Livy of one of them: their numbers, and the names of their bindings. */
export function sessionsHere(notebook: INotebook, session: NotebookSession): Map<number, string> {
  const here = new Map<number, string>();
  for (const binding of notebook.bindings.list()) {
    const { info } = binding.session;
    if (info && info.url === session.info?.url) {
      here.set(info.id, binding.name);
    }
  }
  return here;
}

/**
 * End sessions of the user's by their numbers: all of them or, where one is somebody else's or the notebook's own, none.
 *
 * @param list - all that Livy shows
 * @throws EmrError that says whose it is
 */
export async function endOwn(session: NotebookSession, list: IListed[], ids: number[]): Promise<IListed[]> {
  // All are looked at before the first is ended.
  const chosen = ids.map(id => {
    const item = list.find(one => one.session.id === id);
    if (!item) {
      throw usage(`There is no session ${id} on this Livy.`, '%emr sessions lists them.');
    }
    if (item.whose === 'here') {
      throw usage(`Session ${id} is this notebook’s own.`, 'Use %emr disconnect.');
    }
    if (item.whose === 'other') {
      const { owner, name } = item.session;
      throw new EmrError({
        code: 'NotYourSession',
        hop: 'livy',
        message: `Session ${id}${name ? ` ${name}` : ''} is somebody else’s${owner ? ` (${owner})` : ''}: nothing was ended.`,
        fix: 'Ask its owner, or who runs the cluster.'
      });
    }
    return item;
  });
  for (const { session: item } of chosen) {
    await session.deleteSession(item.id);
  }
  return chosen;
}

async function end(cell: ICountedCell, session: NotebookSession, list: IListed[], ids: number[]): Promise<void> {
  const chosen = await endOwn(session, list, ids);
  const names = chosen.map(item => `${item.session.id} ${item.session.name ?? ''}`.trim()).join(', ');
  say(
    cell,
    chosen.length > 0
      ? `Ended ${count(chosen.length)}: ${names}.`
      : 'No session of yours is without a kernel, as far as this host knows.'
  );
  const unknown = list.filter(item => item.whose === 'mine' && !ids.includes(item.session.id)).length;
  if (unknown > 0) {
    say(
      cell,
      `Of ${count(unknown)} of yours this host does not know whether a kernel uses ${unknown === 1 ? 'it' : 'them'}: --end ID ends one.`
    );
  }
}

function whoseText({ session, whose, record }: IListed, here: Map<number, string>): string {
  const notebook = record?.notebook?.split(/[\\/]/).pop();
  const where = notebook ? ` (${notebook})` : '';
  switch (whose) {
    case 'here':
      return here.size > 1 ? `this notebook: ${here.get(session.id)}` : 'this notebook';
    case 'used':
      return `yours: another notebook${where}`;
    case 'kept':
      return `yours: kept${where}, no kernel`;
    case 'orphan':
      return `yours: its kernel is gone${where}`;
    case 'mine':
      return record ? `yours: from host ${record.host}${where}` : 'yours: not known on this host';
    case 'other':
      return 'somebody else’s';
  }
}

function usedText({ usedAt }: IListed): string {
  return usedAt === undefined ? '' : usedAt === 0 ? 'now' : `${age(new Date(usedAt).toISOString())} ago`;
}

function number(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw usage(`--end of %emr sessions cannot be "${text.slice(0, 60)}".`, 'It is a session’s number, e.g. --end 3.');
  }
  return Number(text);
}

function count(sessions: number): string {
  return `${sessions} session${sessions === 1 ? '' : 's'}`;
}
