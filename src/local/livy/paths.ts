import { rejected } from './time';

import type { ICreateRequest } from './request';

const LISTS = ['jars', 'pyFiles', 'files', 'archives'] as const;
const KEYS = ['spark.jars', 'spark.submit.pyFiles', 'spark.files', 'spark.archives', 'spark.yarn.dist.archives'];

/**
 * Files of the server's own disk are not given to sessions: Livy's default, its whitelist being empty.
 *
 * @throws LivyError 400.
 */
export function checkPaths(request: ICreateRequest): void {
  const named = KEYS.flatMap(key => request.conf[key]?.split(',') ?? []);
  for (const path of [...LISTS.flatMap(list => request[list]), ...named].map(item => item.trim()).filter(Boolean)) {
    const [, scheme, rest = ''] = /^(?:([A-Za-z][\w+.-]*):)?(.*)$/.exec(path) ?? [];
    if (scheme === undefined && !rest.startsWith('/')) {
      throw rejected(`requirement failed: Path '${path}' is not absolute.`);
    }
    if (scheme === undefined || scheme === 'file') {
      throw rejected(
        `requirement failed: Local path ${rest.replace(/^\/\/(?=\/)/, '')} cannot be added to user sessions.`
      );
    }
  }
}
