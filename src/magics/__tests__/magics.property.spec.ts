import fc from 'fast-check';
import { quote } from 'shlex';

import { CELL_MAGICS, LINE_MAGICS, completeMagic, inspectMagic, parseCell } from '..';
import { EmrError } from '../../protocol';
import { EMR_COMMANDS } from '../emr';
import { parseOptions, words } from '../options';

import type { IOption } from '../types';

const RUNS = { numRuns: 500 };

/** Text that looks like cells do: magics, options, quotes, blank lines, comments, code, and anything else. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['%', '%%', '\n', '\r\n', '\r', ' ', '\t', '\\', '\\\n', '#', '# x\n', '//', '"', "'", '=', '-', '--', '{', '}'],
    ...[
      '%emr ',
      '%%sql',
      '%%configure -f',
      '%json df',
      '%sm_analytics emr connect ',
      '%load_ext x',
      '--name',
      '-o',
      '-s'
    ],
    ...EMR_COMMANDS.map(({ name }) => name),
    ...CELL_MAGICS.map(({ name }) => `%%${name}`),
    ...Object.keys(LINE_MAGICS).map(name => `%${name}`)
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ maxLength: 8 })
);
const cell = fc.array(piece, { maxLength: 14 }).map(parts => parts.join(''));
const isOurs = (name: string): boolean => LINE_MAGICS[name] !== undefined;

/** Nothing but a value or an EmrError comes out. */
function onlyOurErrors<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof EmrError) return undefined;
    throw error;
  }
}

describe('parseCell', () => {
  it('leaves the lines of the body as they are, at the end of the cell', () => {
    fc.assert(
      fc.property(cell, code => {
        const { body, cellMagic, lineMagics } = parseCell(code, isOurs);
        if (!cellMagic && lineMagics.length === 0) {
          expect(body).toBe(code);
          return;
        }
        const lines = code.replace(/\r\n?/g, '\n').split('\n');
        const rest = body === '' ? [] : body.split('\n');
        expect(lines.slice(lines.length - rest.length)).toEqual(rest);
        // Each magic has taken a line at least.
        expect(lines.length).toBeGreaterThanOrEqual(rest.length + lineMagics.length + (cellMagic ? 1 : 0));
      }),
      { numRuns: 2000 }
    );
  });

  it('gives back the magics and the body that a cell was written with', () => {
    const argument = fc
      .string({ maxLength: 20 })
      .map(text => text.replace(/[\r\n\\]/g, ' ').trim())
      .filter(text => !text.startsWith('%'));
    const code = fc
      .array(fc.oneof(fc.constantFrom('', '  ', '%emr status', '# c'), fc.string({ maxLength: 20 })), { maxLength: 6 })
      .map(lines => ['x', ...lines].join('\n').replace(/\r/g, ''));
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.constantFrom(...Object.keys(LINE_MAGICS)), line: argument }), { maxLength: 4 }),
        fc.array(fc.constantFrom('', '  ', '# a comment', '  # b'), { maxLength: 3 }),
        code,
        (magics, blanks, body) => {
          const text = [...blanks, ...magics.map(({ name, line }) => `%${name} ${line}`), body].join('\n');
          const parsed = parseCell(text, isOurs);
          expect(parsed.lineMagics).toEqual(magics);
          expect(parsed.cellMagic).toBeUndefined();
          expect(parsed.body).toBe(magics.length > 0 ? body : text);
        }
      ),
      RUNS
    );
    fc.assert(
      fc.property(fc.constantFrom(...CELL_MAGICS.map(({ name }) => name)), argument, code, (name, line, body) => {
        expect(parseCell(`\n# c\n%%${name} ${line}\n${body}`, isOurs)).toEqual({
          cellMagic: { name, line },
          lineMagics: [],
          body
        });
      }),
      RUNS
    );
  });
});

describe('words', () => {
  it('gives back what a shell would quote', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }), list => {
        expect(words(list.map(quote).join(' '))).toEqual(list);
      }),
      RUNS
    );
  });

  it('takes any line, or says what is wrong with it', () => {
    fc.assert(
      fc.property(cell, line => {
        const split = onlyOurErrors(() => words(line));
        expect(split?.every(word => typeof word === 'string') ?? true).toBe(true);
      }),
      RUNS
    );
  });
});

describe('parseOptions', () => {
  const options: IOption[] = [
    { name: 'name', short: 'n', value: 'NAME', help: '' },
    { name: 'param', short: 'p', value: 'KEY=VALUE', multiple: true, help: '' },
    { name: 'yes', short: 'y', help: '' }
  ];
  const value = fc.string({ minLength: 1, unit: 'grapheme' }).filter(text => !text.startsWith('-'));

  it('gives back the values that a line was written with, in every way of writing them', () => {
    fc.assert(
      fc.property(
        value,
        fc.array(value, { maxLength: 3 }),
        fc.boolean(),
        fc.array(value, { maxLength: 3 }),
        fc.constantFrom('long', 'equals', 'short'),
        (name, params, yes, rest, how) => {
          const write = (option: string, given: string): string[] =>
            how === 'long'
              ? [`--${option}`, given]
              : how === 'equals'
                ? [`--${option}=${given}`]
                : [`-${option[0]}`, given];
          const argv = [
            ...write('name', name),
            ...params.flatMap(given => write('param', given)),
            ...(yes ? ['--yes'] : []),
            ...rest
          ];
          const parsed = parseOptions('%x', words(argv.map(quote).join(' ')), options);
          expect(parsed.get('name')).toBe(name);
          expect(parsed.all('param')).toEqual(params);
          expect(parsed.has('yes')).toBe(yes);
          expect(parsed.words).toEqual(rest);
        }
      ),
      RUNS
    );
  });

  it('throws nothing but errors of ours', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '--',
        '-',
        '--name',
        '--name=',
        '-n',
        '-yn',
        '--nam',
        '--yes=1',
        '__proto__',
        '--__proto__',
        '--constructor'
      )
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), argv => {
        onlyOurErrors(() => parseOptions('%x', argv, options));
      }),
      { numRuns: 1000 }
    );
  });
});

describe('help for magics', () => {
  it('never throws, and completes the word before the cursor', () => {
    fc.assert(
      fc.property(cell, fc.nat({ max: 60 }), (code, place) => {
        const cursor = Math.min(place, code.length);
        const found = completeMagic(code, cursor);
        inspectMagic(code, cursor);
        if (!found) return;
        expect(found.end).toBe(cursor);
        expect(found.start).toBeLessThanOrEqual(cursor);
        const word = code.slice(found.start, found.end);
        expect(found.matches.every(match => match.startsWith(word))).toBe(true);
      }),
      { numRuns: 2000 }
    );
  });
});
