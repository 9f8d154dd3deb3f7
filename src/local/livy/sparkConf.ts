import { join } from 'node:path';

import type { ICreateRequest } from './request';

/**
 * The Spark configuration of a session's driver: ours, then the cluster's, then the session's, then what local mode
 * cannot give away: it listens on the loopback only, and there is no cluster manager to ask.
 */
export function sparkConf(
  id: number,
  request: ICreateRequest,
  cluster: Record<string, string>,
  workDir: string
): Record<string, string> {
  const conf: Record<string, string> = {
    'spark.app.name': `livy-session-${id}`,
    'spark.master': 'local[2]',
    'spark.sql.catalogImplementation': 'in-memory',
    'spark.ui.showConsoleProgress': 'false',
    ...cluster,
    'spark.sql.warehouse.dir': join(workDir, '..', 'warehouse'),
    'spark.local.dir': workDir,
    ...request.conf
  };
  const named: Record<string, string | number | null> = {
    'spark.driver.memory': request.driverMemory,
    'spark.driver.cores': request.driverCores,
    'spark.executor.memory': request.executorMemory,
    'spark.executor.cores': request.executorCores,
    'spark.executor.instances': request.numExecutors,
    'spark.yarn.queue': request.queue
  };
  for (const [key, value] of Object.entries(named)) if (value) conf[key] = String(value);
  const lists: Record<string, string[]> = {
    'spark.jars': request.jars,
    'spark.files': request.files,
    'spark.archives': request.archives,
    'spark.submit.pyFiles': request.pyFiles
  };
  for (const [key, value] of Object.entries(lists)) {
    if (value.length > 0) conf[key] = [conf[key], ...value].filter(Boolean).join(',');
  }
  if (!conf['spark.master'].startsWith('local')) conf['spark.master'] = cluster['spark.master'] ?? 'local[2]';
  delete conf['spark.submit.deployMode'];
  return {
    ...conf,
    'spark.ui.enabled': 'true',
    'spark.ui.port': '0',
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1'
  };
}
