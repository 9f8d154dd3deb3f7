/** What every command gets, and how it ends. */
import type { Command } from 'commander';

import { readSiteConfig } from '../config';
import type { IControlOptions, IControlService } from '../control';
import { createControl } from '../control';
import { errorInfo } from '../protocol';
import type { ITerminal } from './output';
import { errorLines, terminal } from './output';

/** Options of every command that asks AWS. */
export interface ICommon {
  json?: boolean;
  region?: string;
  profile?: string;
  assumeRole?: string;
}

/** What a command works with. */
export interface IContext<O> {
  options: O;
  argument: string | undefined;
  terminal: ITerminal;
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  controlOptions(): IControlOptions;
  control(): IControlService;
}

/** A command: answers with its exit code, 0 if it says nothing. */
export type CommandBody<O> = (context: IContext<O>) => Promise<number | undefined>;

/** What a stopped program ends with, as a shell has it for Ctrl-C. */
export const INTERRUPTED = 130;

/** Run a command to its exit code; an error is one line and the fix, or `{"error": …}`. */
export function runCommand<O extends ICommon>(body: CommandBody<O>): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    const values = args.filter(arg => typeof arg === 'string' || arg === undefined);
    const options = args.find(arg => typeof arg === 'object' && arg !== null && !isCommand(arg)) as O;
    const abort = new AbortController();
    const stop = () => abort.abort(new Interrupted());
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    let control: IControlService | undefined;
    const controlOptions = () => ({
      aws: {
        ...(options.region ? { region: options.region } : {}),
        ...(options.profile ? { profile: options.profile } : {}),
        ...(options.assumeRole ? { assumeRole: options.assumeRole } : {})
      },
      site: readSiteConfig()
    });
    try {
      process.exitCode =
        (await body({
          options,
          argument: values[0],
          terminal,
          signal: abort.signal,
          controlOptions,
          control: () => (control ??= createControl(controlOptions()))
        })) ?? 0;
    } catch (error) {
      if (abort.signal.aborted) {
        process.exitCode = INTERRUPTED;
      } else {
        process.exitCode = 1;
        if (options.json) {
          terminal.out(`${JSON.stringify({ error: errorInfo(error) })}\n`);
        } else {
          terminal.err(errorLines(error));
        }
      }
    } finally {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      control?.dispose();
    }
  };
}

/** Why a command stopped: Ctrl-C. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted');
    this.name = 'AbortError';
  }
}

function isCommand(value: object): value is Command {
  return 'parseAsync' in value;
}
