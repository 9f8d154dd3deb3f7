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
