import { execFileSync } from 'node:child_process';

import fc from 'fast-check';

import { NotPromotable, makeScript } from '../script';

jest.setTimeout(120_000);

/** Lines as people write them, right and wrong, in any order. */
const LINE = fc.constantFrom(
  'x = 1',
  'display(x)',
  'x; y = 2; display(y)',
  'df.show();',
  'for i in range(3):',
  '    display(i)',
  '    %matplot plt',
  '    !ls',
  'if x: display(x)',
  'try:',
  'except Exception:',
  'def f(a, b=display(1)):',
  '    """Doc',
  '    %no magic"""',
  '    return a',
  'import os, sys',
  'from a import (b,',
  '    c)',
  'from __future__ import annotations',
  'from pyspark.sql.functions import *',
  '%emr status',
  '!pip install y',
  'files = !ls',
  'x?',
  '%json x',
  'y = """',
  '"""',
  "z = f'{x!r:>{y}} {{}}' \\",
  "    'more'",
  '(1',
  '%x)',
  'x.y[0].select("a").count()',
  '# a comment \u{1f600}',
  'spark.sql(f"SELECT {x} FROM t")',
  '\t',
  'class A: pass',
  '@decorated',
  'lambda: display(1)',
  'day: str = "2024-01-31"  # "quoted" \\ 100%',
  'values = {"a": [1, -2.5, None, True]}'
);
const HEAD = fc.constantFrom(
  '',
  '%%sql\n',
  '%%sql -o x -n 5\n',
  '%%local\n',
  '%%pretty\n',
  '%%display\n',
  '%%spark\n',
  '%%nonsense\n',
  '%%configure\n'
);
const CELL = fc.record({
  head: HEAD,
  lines: fc.array(
    fc.oneof({ weight: 9, arbitrary: LINE }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) }),
    { maxLength: 6 }
  ),
  tags: fc.constantFrom<string[]>([], [], [], ['parameters'], ['skip'], ['injected-parameters']),
  type: fc.constantFrom('code', 'code', 'code', 'code', 'markdown')
});

it('any notebook becomes a script that is Python, or is clearly refused', async () => {
  const texts: string[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(CELL, { minLength: 1, maxLength: 5 }), async cells => {
      const notebook = {
        nbformat: 4,
        metadata: { kernelspec: { name: 'pyspark-emr', language: 'python' } },
        cells: cells.map(({ head, lines, tags, type }) => ({
          cell_type: type,
          source: head + lines.join('\n'),
          metadata: { tags }
        }))
      };
      try {
        const env = { JUPYTERLAB_EMR_PYTHON: process.env['EMR_PYTHON'] ?? 'python3', PATH: process.env['PATH'] };
        const { text, cells: places } = await makeScript({ notebook, origin: { notebook: 'n.ipynb' }, env });
        texts.push(text);
        const count = text.split('\n').length;
        expect(places.every(({ first, last }) => first <= last && last < count)).toBe(true);
      } catch (error) {
        if (!(error instanceof NotPromotable)) {
          throw error;
        }
        expect(error.message).not.toBe('');
      }
    }),
    { numRuns: 120 }
  );
  expect(texts.length).toBeGreaterThan(5);
  const check =
    'import json, sys\nfor text in json.load(sys.stdin):\n    try:\n        compile(text, "script", "exec")\n    except SyntaxError as error:\n        sys.exit(f"{error}\\n{text}")';
  execFileSync(process.env['EMR_PYTHON'] ?? 'python3', ['-W', 'ignore', '-c', check], { input: JSON.stringify(texts) });
});
