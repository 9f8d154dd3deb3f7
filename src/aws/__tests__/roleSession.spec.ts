import { roleSessionName } from '../roleSession';

describe('the name that a role is assumed under', () => {
  const of = (JUPYTERHUB_USER: string): string => roleSessionName({ JUPYTERHUB_USER });

  it('is the user’s, as STS takes it', () => {
    expect(of('alice')).toBe('jupyterlab-emr-alice');
    expect(of('a.b+c@example.com')).toBe('jupyterlab-emr-a.b+c@example.com');
    expect(roleSessionName({})).toMatch(/^jupyterlab-emr-./);
  });

  it.each(['Jörg Müller', '李雷', 'x'.repeat(200), 'a/b:c', ' ', '-'.repeat(60)])(
    'of %j is one that STS takes',
    user => {
      expect(of(user)).toMatch(/^jupyterlab-emr-[\w+=,.@-]+$/);
      expect(of(user).length).toBeLessThanOrEqual(64);
    }
  );

  it('never makes two users one', () => {
    const users = ['muller', 'müller', 'mller', '李雷', '韩梅', 'x'.repeat(80), 'x'.repeat(81), 'a b', 'a/b', 'ab'];
    expect(new Set(users.map(of)).size).toBe(users.length);
  });

  it('is the host’s own where one is named that STS takes', () => {
    expect(roleSessionName({ AWS_ROLE_SESSION_NAME: 'desk-7', JUPYTERHUB_USER: 'alice' })).toBe('desk-7');
    expect(roleSessionName({ AWS_ROLE_SESSION_NAME: 'two words', JUPYTERHUB_USER: 'alice' })).toBe(
      'jupyterlab-emr-alice'
    );
  });
});
