import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isComplete } from '../isComplete';
import { isCompleteCode } from '../syntax';

describe('isCompleteCode', () => {
  it.each([
    ['1 + 1', 'complete'],
    ['', 'complete'],
    ['x: int = 3', 'complete'],
    ['a = {"x": 1}', 'complete'],
    ['x = "#("', 'complete'],
    ["f'{x!r:>{w}}'", 'complete'],
    ['"""a\nb"""', 'complete'],
    ['for i in range(3): print(i)', 'complete'],
    ['def f(x):\n  return 1\n', 'complete'],
    ['if a:\n  b\nelse:\n  c\n\n', 'complete'],
    ['async def f():\n  await g()\n', 'complete'],
    ['match x:\n  case 1:\n    y\n', 'complete'],
    ['d = 1\n%json d', 'complete'],
    ['for i in range(3):', 'incomplete'],
    ['if x: # c', 'incomplete'],
    ['class A:', 'incomplete'],
    ['def f(x):\n  return 1', 'incomplete'],
    ['try:\n  a\n', 'incomplete'],
    ['@decorated', 'incomplete'],
    ['x = (1,', 'incomplete'],
    ['x = [\n 1,\n', 'incomplete'],
    ['print("hi" # c', 'incomplete'],
    ['x = """a', 'incomplete'],
    ["f'''{a}", 'incomplete'],
    ['x = 1 \\', 'incomplete'],
    ['x = 1)', 'invalid'],
    ['print(1)]', 'invalid'],
    ['def f(:\n pass', 'invalid'],
    ['a b', 'invalid'],
    ['"abc', 'invalid'],
    ['x = 1 +', 'invalid']
  ])('Python %j is %s', (code, status) => {
    expect(isCompleteCode(code, 'pyspark').status).toBe(status);
  });

  it.each([
    ['val x = 1', 'complete'],
    ['println("a)")', 'complete'],
    ["val c = '('", 'complete'],
    ['// (', 'complete'],
    ['def f(x: Int) = {', 'incomplete'],
    ['val x = (1,', 'incomplete'],
    ['/* (', 'incomplete'],
    ['"""(', 'incomplete'],
    ['val x =', 'incomplete'],
    ['spark.range(3).', 'incomplete'],
    ['val x = 1)', 'invalid']
  ])('Scala %j is %s', (code, status) => {
    expect(isCompleteCode(code, 'spark').status).toBe(status);
  });

  it.each([
    ['x <- 1', 'complete'],
    ['f <- function(x) {', 'incomplete'],
    ['x <-', 'incomplete'],
    ['x <- 1)', 'invalid']
  ])('R %j is %s', (code, status) => {
    expect(isCompleteCode(code, 'sparkr').status).toBe(status);
  });

  it.each([
    ['select 1', 'complete'],
    ["select '(", 'incomplete'],
    ['select (1', 'incomplete'],
    ['select 1)', 'invalid']
  ])('SQL %j is %s', (code, status) => {
    expect(isCompleteCode(code, 'sql').status).toBe(status);
  });

  it('goes on indented below a colon', () => {
    expect(isCompleteCode('  for i in x:', 'pyspark')).toEqual({ status: 'incomplete', indent: '      ' });
  });
});

describe('Scala as its own interpreter sees it', () => {
  const CORPUS = JSON.parse(readFileSync(join(__dirname, 'scala.corpus.json'), 'utf8')) as [string, string][];
  // What scala.tools.nsc.interpreter.IMain (2.12, of Spark 3.5) answered to each: complete, incomplete, or an error.
  const MEANT = new Map([
    ['', 'complete'],
    ['   ', 'complete'],
    ['\n\n', 'complete'],
    ['// comment', 'complete'],
    ['/* nested /* comment */ still */', 'complete'],
    // Wrong in itself, and seen as begun: the console waits for a line more before it says so.
    ['x =>', 'incomplete'],
    ['else', 'incomplete'],
    ['yield', 'incomplete'],
    ['a && ', 'incomplete'],
    ['a ||', 'incomplete'],
    ['package foo {', 'incomplete']
  ]);

  it('agrees on every beginning of the corpus, but for what is meant', () => {
    const differ = CORPUS.filter(([code, said]) => {
      const { status } = isCompleteCode(code, 'spark');
      return said === 'error' ? status === 'incomplete' : status !== said;
    });
    expect(Object.fromEntries(differ.map(([code]) => [code, isCompleteCode(code, 'spark').status]))).toEqual(
      Object.fromEntries(MEANT)
    );
    expect(CORPUS.length).toBeGreaterThan(200);
  });
});

describe('isComplete of a cell', () => {
  it.each([
    ['%emr status', 'complete'],
    ['%emr connect \\', 'incomplete'],
    ['%emr status\nfor i in x:', 'incomplete'],
    ['%emr status\nx = 1', 'complete'],
    ['# note\n\n%%sql\nselect (1', 'incomplete'],
    ['%%sql\nselect a from t where', 'incomplete'],
    ['%%sql\nselect a from t where a = 1', 'complete'],
    ['%%sql\nselect a b c from', 'incomplete'],
    ['%%sql\nselect a b c from d', 'invalid'],
    ['%%sql\nselect * from ${table} where x = 1', 'complete'],
    ['%%sql\nselect 1;', 'complete'],
    ['%%sql\nwith a as (select 1)', 'incomplete'],
    ['%%sql\nshow tables', 'complete'],
    ['%%scala\nval x =', 'incomplete'],
    ['%%local\nfor i in x:', 'incomplete'],
    ['%%configure\n{"a":', 'complete'],
    ['%%spark -o df\nx = (', 'incomplete']
  ])('%j is %s', async (code, status) => {
    expect((await isComplete(code, 'pyspark')).status).toBe(status);
  });
});

describe('code that nobody types', () => {
  it.each([
    ['is too long to look at', `x = ${'1 + '.repeat(20_000)}1`, 'unknown'],
    ['nests deeper than the stack', `%%sql\nselect ${'a('.repeat(7000)}${')'.repeat(7000)}`, 'unknown'],
    ['has a run of blanks', `x =${' '.repeat(29_000)}1`, 'complete']
  ])('%s', async (_what, code, status) => {
    expect((await isComplete(code, 'pyspark')).status).toBe(status);
  });
});
