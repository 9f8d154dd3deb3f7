import fc from 'fast-check';

import { cellBody } from '../cellBody';
import { isComplete } from '../isComplete';
import { expressionAt, pythonContext } from '../pythonContext';
import { sqlContext, sqlNameAt } from '../sqlContext';

/** Code that is broken in the ways that typing breaks it. */
const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '"""',
      "'''",
      '`',
      '\\',
      '\n',
      '\r\n',
      ' ',
      '\t',
      '.',
      ',',
      ';',
      ':',
      '=',
      '#'
    ],
    ...['%%sql\n', '%%scala\n', '%%local\n', '%emr status\n', 'f"{', 's"${', '${', '/*', '*/', '//', '--', '=>', '😀'],
    ...[
      'def f(x):',
      'class A',
      'for',
      'if',
      'else',
      'try:',
      '@d',
      'import ',
      'from ',
      'lambda',
      'df.',
      'x = 1',
      'select ',
      'from t ',
      'where ',
      'join ',
      'with a as (',
      'val x =',
      'case ',
      'match'
    ]
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ maxLength: 6 })
);
const code = fc.array(piece, { maxLength: 16 }).map(parts => parts.join(''));
const language = fc.constantFrom('pyspark' as const, 'spark' as const, 'sparkr' as const);

describe('any code', () => {
  it('is complete, incomplete or invalid: is_complete never throws', async () => {
    await fc.assert(
      fc.asyncProperty(code, language, async (text, own) => {
        const { status, indent } = await isComplete(text, own);
        expect(['complete', 'incomplete', 'invalid']).toContain(status);
        expect(indent === undefined || /^\s*$/.test(indent)).toBe(true);
      }),
      { numRuns: 500 }
    );
  }, 60_000);

  it('has a body that is the end of the cell', () => {
    fc.assert(
      fc.property(code, language, (text, own) => {
        const { offset, text: body } = cellBody(text, own);
        expect(text.slice(offset)).toBe(body);
      }),
      { numRuns: 1000 }
    );
  });

  it('has a context at each place that begins before the cursor', () => {
    fc.assert(
      fc.property(code, fc.nat({ max: 80 }), (text, place) => {
        const cursor = Math.min(place, text.length);
        const context = pythonContext(text, cursor);
        if ('from' in context) expect(context.from).toBeLessThanOrEqual(cursor);
        const name = expressionAt(text, cursor);
        expect(name === undefined || text.includes(name)).toBe(true);
      }),
      { numRuns: 1000 }
    );
  });

  it('is a query, if need be', () => {
    fc.assert(
      fc.property(code, fc.nat({ max: 80 }), (text, place) => {
        const cursor = Math.min(place, text.length);
        expect(sqlContext(text, cursor).from).toBeLessThanOrEqual(cursor);
        sqlNameAt(text, cursor);
      }),
      { numRuns: 250 }
    );
  }, 60_000);
});
