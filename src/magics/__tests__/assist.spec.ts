import { completeMagic, inspectMagic } from '..';

describe('completeMagic', () => {
  it.each([
    ['%emr conn', ['connect'], 5],
    ['%%sq', ['%%sql'], 0],
    ['%sm', ['%sm_analytics'], 0],
    ['%emr connect --clu', ['--cluster-id'], 13],
    ['%emr connect --auth-type B', ['Basic_Access'], 25],
    ['%emr connect --verify-certificate=F', ['--verify-certificate=False'], 13],
    ['%emr help prov', ['provision'], 10],
    ['%sm_analytics emr c', ['connect'], 18],
    ['%sm_analytics emr connect --emr', ['--emr-execution-role-arn'], 26],
    ['x = 1\n%emr disc', ['disconnect'], 11],
    ['%%configure --f', ['--force'], 12]
  ])('%j', (code, matches, start) => {
    expect(completeMagic(code, code.length)).toEqual({ matches, start, end: code.length });
  });

  it('does not offer an option twice, and leaves code alone', () => {
    expect(completeMagic('%emr connect --cluster-id j-1 --clu', 35)?.matches).toEqual([]);
    expect(completeMagic('x % emr', 7)).toBeUndefined();
    expect(completeMagic('%%sql\nsel', 9)).toBeUndefined();
  });
});

describe('inspectMagic', () => {
  it('explains the magic, or the option under the cursor', () => {
    expect(inspectMagic('%emr connect', 12)).toContain('--runtime-role ARN');
    expect(inspectMagic('%emr connect --region x', 17)).toMatch(/^--region REGION/);
    expect(inspectMagic('%%sql -n 3\nselect 1', 8)).toMatch(/^-n, --maxrows/);
    expect(inspectMagic('%emr', 4)).toContain('%emr terminate');
    expect(inspectMagic('spark', 3)).toBeUndefined();
  });
});
