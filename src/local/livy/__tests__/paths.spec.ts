import type { LivyError } from '../errors';
import { checkPaths } from '../paths';
import { readCreate } from '../request';

function refusal(body: object): unknown {
  try {
    checkPaths(readCreate(JSON.stringify(body), '0.9.0'));
  } catch (error) {
    return (error as LivyError).body;
  }
  return undefined;
}

describe('files of a session', () => {
  it.each([
    [{ jars: ['file:///etc/na.jar'] }, 'Local path /etc/na.jar cannot be added to user sessions.'],
    [{ jars: ['/etc/na.jar'] }, 'Local path /etc/na.jar cannot be added to user sessions.'],
    [{ pyFiles: ['etc/na.py'] }, "Path 'etc/na.py' is not absolute."],
    [
      { conf: { 'spark.jars': 's3://a/b.jar, file:///etc/x.jar' } },
      'Local path /etc/x.jar cannot be added to user sessions.'
    ]
  ])('%j is refused in Livy’s words', (body, words) => {
    expect(refusal(body)).toEqual({ msg: `Rejected, Reason: requirement failed: ${words}` });
  });

  it('comes from a store', () => {
    expect(refusal({ jars: ['s3://bucket/a.jar'], files: ['hdfs:///x'], conf: { 'spark.jars': '' } })).toBeUndefined();
  });
});
