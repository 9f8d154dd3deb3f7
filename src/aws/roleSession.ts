/** The name that a role is assumed under: CloudTrail shows it, and EMR Serverless tells owners of sessions apart by it. */
import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';

/** STS takes no more. */
const MOST = 64;
const PREFIX = 'jupyterlab-emr-';

/**
 * `jupyterlab-emr-USER`: one name a user, so that colleagues who assume the same role neither share sessions nor stand as
 * one in CloudTrail. `AWS_ROLE_SESSION_NAME`, which other tools read too, comes first: a trust policy may demand its own.
 *
 * A user's name that STS does not take as it is loses those characters, and gets a digest of the whole name, so that two
 * never become one.
 */
export function roleSessionName(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['AWS_ROLE_SESSION_NAME'];
  if (own !== undefined && /^[\w+=,.@-]{2,64}$/.test(own)) {
    return own;
  }
  const user = userOf(env);
  const plain = user.replace(/[^\w+=,.@-]+/g, '');
  const room = MOST - PREFIX.length;
  if (plain === user && plain !== '' && plain.length <= room) {
    return PREFIX + plain;
  }
  const digest = createHash('sha256').update(user).digest('hex').slice(0, 8);
  return `${PREFIX}${plain.slice(0, room - digest.length - 1)}-${digest}`.replace('--', '-');
}

/** The user on this host: JupyterHub's, Enterprise Gateway's, else the operating system's. */
function userOf(env: NodeJS.ProcessEnv): string {
  const named = env['JUPYTERHUB_USER'] || env['KERNEL_USERNAME'];
  if (named) {
    return named;
  }
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number without a name.
    return env['USER'] || env['LOGNAME'] || 'user';
  }
}
