/** A notebook → a script for `spark-submit`. */
import { Assembly } from './assembly';
import { SECRET_FIX, sparkSettings } from './configure';
import { NotPromotable, readNotebook } from './notebook';
import { argumentCode, readParameters } from './parameters';
import { piecesOf } from './pieces';
import { Python } from './python';
import { referencesOf } from './references';
import { findSecret } from './secrets';
import { sqlCode } from './sql';
import { checkSyntax } from './syntax';
import { tidy } from './tidy';

import type { ISiteConfig } from '../../config';
import type { IArgument, IOmission, IOrigin, IScript } from '../types';
import type { IParameter } from './parameters';
import type { IPiece, IPieces } from './pieces';

declare const __VERSION__: string | undefined;

/** What a script is made with. */
export interface IMakeOptions {
  /** The notebook's content. */
  notebook: string | object;
  origin: IOrigin;
  site?: ISiteConfig;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** Ours in the script, as long as the notebook has no such names. */
const NAMES = {
  parse: 'parse_arguments',
  truth: 'true_or_false',
  day: 'as_day',
  dayText: 'as_day_text',
  given: 'arguments'
};

/**
 * Make the script of a notebook. The same notebook of the same commit gives the same text.
 *
 * @throws EmrError `NotPromotable` with cell and line: no Python, another language or binding, a credential, a name
 *   that only cells give which a script has not
 */
export async function makeScript({
  notebook,
  origin,
  site = {},
  env = process.env,
  signal
}: IMakeOptions): Promise<IScript> {
  const read = readNotebook(notebook);
  const parts = piecesOf(read);
  if (parts.pieces.length === 0) {
    throw new NotPromotable(
      undefined,
      undefined,
      'The notebook has no cell that runs on the cluster: there is nothing to promote.'
    );
  }
  await checkSyntax(
    parts.pieces.filter(piece => piece.kind !== 'sql'),
    env,
    signal
  );
  refuseSecrets(parts.pieces);
  const { driver, executor, sparkConf, dropped } = sparkSettings([
    site.sessionDefaults ?? {},
    read.settings,
    parts.settings
  ]);
  const warnings = dropped.map(({ field, reason }) => `The session's setting ${field} is left out: ${reason}`);
  const made = assemble(parts, origin);
  refuseLost(parts, made);
  const references = referencesOf(made.text);
  warnings.push(
    ...references.hdfs.map(
      address => `${address} is in a cluster's HDFS, which EMR Serverless has not: keep such data in S3.`
    )
  );
  return {
    text: made.text,
    origin,
    ...(driver ? { driver } : {}),
    ...(executor ? { executor } : {}),
    packages: [...new Set([...parts.packages, ...made.packages])],
    warnings,
    arguments: made.arguments,
    sparkConf,
    omissions: [...parts.omissions, ...made.omissions].sort(
      (one, other) => one.cell - other.cell || (one.line ?? 0) - (other.line ?? 0)
    ),
    cells: made.cells,
    reads: references.reads,
    writes: references.writes
  };
}

interface IMade {
  text: string;
  arguments: IArgument[];
  packages: string[];
  omissions: IOmission[];
  cells: IScript['cells'];
}

function assemble(parts: IPieces, origin: IOrigin): IMade {
  const all = parts.pieces.map(piece => piece.code).join('\n');
  const words = new Set(all.match(/[A-Za-z_]\w*/g) ?? []);
  const free = (name: string): string => (words.has(name) ? free(`${name}_`) : name);
  const names = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [key, free(name)])) as typeof NAMES;
  const bound = new Set(
    parts.pieces.flatMap(piece => (piece.kind === 'sql' ? [] : [...new Python(piece.code).bound()]))
  );
  const assembly = new Assembly();
  const parameters: IParameter[] = [];
  const omissions: IOmission[] = [];
  const packages: string[] = [];
  for (const piece of parts.pieces) {
    const { cell, first, kind, headings } = piece;
    if (kind === 'sql') {
      const { code, notes } = sqlCode(
        piece.code,
        piece.options ?? { quiet: false, method: 'take', fraction: 0.1 },
        bound
      );
      const text = `%%sql ${(piece.code.trim().split('\n')[0] ?? '').slice(0, 80)}`;
      omissions.push(...notes.map(reason => ({ cell, line: 1, text, reason })));
      assembly.add(cell, headings, code ?? '');
      continue;
    }
    let { code } = piece;
    if (kind === 'parameters') {
      const found = readParameters(code, names.given);
      const fresh = found.parameters.filter(({ argument }) =>
        parameters.every(item => item.argument.name !== argument.name)
      );
      if (fresh.length === found.parameters.length) {
        parameters.push(...fresh);
        code = found.code;
      }
    }
    const tidied = tidy(new Python(code), assembly.hoist);
    packages.push(...tidied.packages);
    omissions.push(...tidied.taken.map(({ line, text, reason }) => ({ cell, line: first + line - 1, text, reason })));
    tidied.imports.forEach(item => assembly.import(cell, item));
    assembly.add(cell, headings, tidied.code);
  }
  const args = parameters.length > 0 ? argumentCode(parameters, names) : undefined;
  const { text, cells, unused } = assembly.finish({
    head: head(origin, parameters),
    ...(args ? { args: { ...args, call: `${names.given} = ${names.parse}()` } } : {})
  });
  omissions.push(...unused);
  return { text, cells, omissions, packages, arguments: parameters.map(({ argument }) => argument) };
}

/** The script's first lines: what it is, where it comes from. */
function head(origin: IOrigin, parameters: readonly IParameter[]): string {
  const { notebook, commit, dirty, time } = origin;
  const version = typeof __VERSION__ === 'string' ? ` ${__VERSION__}` : '';
  const from = commit
    ? `commit ${commit.slice(0, 12)}${time ? ` of ${time}` : ''}${dirty ? ', with changes that are not committed' : ''}`
    : dirty
      ? 'not committed yet'
      : 'not in a repository';
  const usage = parameters.map(({ argument }) => {
    const text = `--${argument.name} ${argument.type.toUpperCase()}`;
    return argument.default === undefined && !argument.optional ? text : `[${text}]`;
  });
  const safe = (text: string) => text.replace(/\\/g, '/').replace(/"""/g, "'''");
  return [
    `"""Made of the notebook ${safe(notebook)} by jupyterlab-emr${version}.`,
    '',
    `Notebook: ${safe(notebook)} (${from})`,
    `Run: spark-submit SCRIPT ${usage.join(' ')}`.trimEnd(),
    '',
    'Change the notebook, not this file: the next promotion writes it anew.',
    '"""'
  ].join('\n');
}

function refuseSecrets(pieces: readonly IPiece[]): void {
  for (const { cell, first, code } of pieces) {
    const secret = findSecret(code);
    if (secret) {
      throw new NotPromotable(cell, first + secret.line - 1, `there is ${secret.what} in the code.`, SECRET_FIX);
    }
  }
}

/** A name that the script uses and only a cell gives which is not in it: the script could not run. */
function refuseLost({ lost }: IPieces, made: IMade): void {
  if (lost.size === 0) {
    return;
  }
  const python = new Python(made.text);
  const bound = python.bound();
  for (const node of python.nodes()) {
    const name = node.name === 'VariableName' ? python.text(node) : '';
    const from = lost.get(name);
    if (from && !bound.has(name)) {
      const line = python.lineOf(node.from);
      const at = made.cells.find(({ first, last }) => line >= first && line <= last);
      throw new NotPromotable(
        at?.cell,
        undefined,
        `it uses ${name}, and only cell ${from.cell + 1} gives it, which ${from.what}: a script would not have it.`,
        'Make it from data that the cluster reaches, or from a parameter.'
      );
    }
  }
}
