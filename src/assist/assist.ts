import { completeMagic, inspectMagic } from '../magics';
import { catalogNames } from './catalogNames';
import { cellBody } from './cellBody';
import { objectPage, tablePage } from './markup';
import { completePython, inspectPython } from './python';
import { completeR } from './r';
import { ANSWER_MS, before, deadline, remoteOf } from './remote';
import { completeScala } from './scala';
import { none } from './types';
import { Values } from './values';

import type { ILocalPython } from '../ipython';
import type { INotebook } from '../magics';
import type { ICompletion, IMimeBundle } from '../protocol';
import type { INames } from './catalogNames';
import type { ICellBody } from './cellBody';
import type { Deadline, Remote } from './remote';

/** Longer code is not looked at: the kernel would hear nothing meanwhile. */
const MAX_CHARS = 50_000;

/** What help while typing works on. */
export interface IAssistHost {
  notebook: INotebook;
  /** The Python beside the kernel, where it runs: nobody starts it for a completion. */
  localPython: () => Promise<ILocalPython> | undefined;
}

/**
 * Completion and inspection for one notebook. Every answer comes within {@link ANSWER_MS}; what comes later is kept for
 * the next key.
 */
export class Assist {
  private readonly values: Values;
  private readonly names: INames;

  constructor(private readonly host: IAssistHost) {
    this.values = new Values(host.notebook, () => host.localPython());
    this.names = catalogNames(host.notebook);
  }

  /** @param cursor - UTF-16 offset */
  async complete(code: string, cursor: number): Promise<ICompletion> {
    const until = deadline();
    const found = await before(deadline(ANSWER_MS), this.completeAll(code, cursor, until));
    return found ?? none(cursor);
  }

  /** Undefined: nothing is known, or not in time. */
  async inspect(code: string, cursor: number, detail: 0 | 1): Promise<IMimeBundle | undefined> {
    const until = deadline();
    const magic = inspectMagic(code, cursor);
    if (magic !== undefined) {
      return { 'text/plain': magic };
    }
    return before(deadline(ANSWER_MS), this.inspectCode(code, cursor, detail, until));
  }

  private async completeAll(code: string, cursor: number, until: Deadline): Promise<ICompletion> {
    const magic = completeMagic(code, cursor);
    if (magic) {
      const { wants, matches, start, end } = magic;
      const values = wants ? await this.values.complete(wants, start, end, until) : none(end);
      return {
        matches: [...values.matches, ...matches],
        types: [...(values.types ?? []), ...matches.map(() => 'magic')],
        cursorStart: start,
        cursorEnd: end
      };
    }
    const body = cellBody(code, this.host.notebook.language);
    const at = cursor - body.offset;
    if (at < 0 || body.text.length > MAX_CHARS) {
      return none(cursor);
    }
    return shifted(await this.completeCode(body, at, until), body.offset);
  }

  private async completeCode(body: ICellBody, cursor: number, until: Deadline): Promise<ICompletion> {
    const { text, language } = body;
    if (language === 'local') {
      const python = await before(until, this.host.localPython() ?? Promise.resolve(undefined));
      return (await python?.complete(text, cursor, Math.max(1, until - performance.now()))) ?? none(cursor);
    }
    const remote = this.remote(body);
    switch (language && remote && language) {
      case 'pyspark': {
        const found = await completePython(remote!, text, cursor, until);
        if (!('sql' in found)) {
          return found;
        }
        const { completeSql } = await import('./sql');
        const { sql: from, ahead } = found;
        const query = ahead + untilQuote(text.slice(from), cursor - from);
        return shifted(
          await completeSql(remote!, query, cursor - from + ahead.length, until, this.names),
          from - ahead.length
        );
      }
      case 'spark':
        return completeScala(remote!, text, cursor, until);
      case 'sparkr':
        return completeR(remote!, text, cursor, until);
      case 'sql': {
        const { completeSql } = await import('./sql');
        return completeSql(remote!, text, cursor, until, this.names);
      }
      default:
        return none(cursor);
    }
  }

  private async inspectCode(
    code: string,
    cursor: number,
    detail: 0 | 1,
    until: Deadline
  ): Promise<IMimeBundle | undefined> {
    const body = cellBody(code, this.host.notebook.language);
    const { text, language, offset } = body;
    if (cursor < offset || text.length > MAX_CHARS) {
      return undefined;
    }
    if (language === 'local') {
      const python = await before(until, this.host.localPython() ?? Promise.resolve(undefined));
      return python?.inspect(text, cursor - offset, detail, Math.max(1, until - performance.now()));
    }
    const remote = this.remote(body);
    if (!remote) {
      return undefined;
    }
    if (language === 'pyspark') {
      const info = await inspectPython(remote, text, cursor - offset, detail, until);
      return info && objectPage(info);
    }
    if (language === 'sql') {
      const { inspectSql } = await import('./sql');
      const found = await inspectSql(remote, text, cursor - offset, detail, until);
      return found?.table ? tablePage(found.table.name, found.table.columns) : found && { 'text/plain': found.text };
    }
    return undefined;
  }

  /** The session that the cell runs on; undefined where its binding is not there. */
  private remote({ binding }: ICellBody): Remote | undefined {
    const { notebook } = this.host;
    if (binding === undefined) {
      return remoteOf(notebook.session);
    }
    const found = notebook.bindings.list().find(({ name }) => name === binding);
    return found && remoteOf(found.session);
  }
}

function shifted(found: ICompletion, by: number): ICompletion {
  return { ...found, cursorStart: found.cursorStart + by, cursorEnd: found.cursorEnd + by };
}

/** The query ends where its string does, if it does. */
function untilQuote(text: string, cursor: number): string {
  const end = text.slice(cursor).search(/["']{3}|["'](?=\s*\))/);
  return end < 0 ? text.slice(0, cursor) : text.slice(0, cursor + end);
}
