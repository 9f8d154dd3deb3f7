import type { ServiceManager } from '@jupyterlab/services';

import type { ICluster } from '../../protocol';
import { boundNotebooks } from '../model/bound';
import type { INotebookSessions } from '../tokens';

const CLUSTER: ICluster = { key: 'pp-1', name: 'c', state: 'WAITING', clusterId: 'j-1', mine: true, timeline: [] };

/** An open notebook. */
function open(path: string, clusterId: string | undefined, state: string, language: string | null = 'pyspark') {
  return {
    path,
    language,
    binding: clusterId && { clusterId, region: '' },
    status: { state },
    panel: { sessionContext: { session: null } }
  };
}

/** A notebook that only runs: what its file says and how its kernel is. */
function running(path: string, kernel: string, execution_state: string) {
  return { path, type: 'notebook', kernel: { name: kernel, execution_state } };
}

async function bound(opened: unknown[], runs: unknown[], files: Record<string, unknown>, cluster = CLUSTER) {
  const read: string[] = [];
  const result = await boundNotebooks(
    cluster,
    { all: () => opened } as unknown as INotebookSessions,
    {
      sessions: { running: () => runs },
      contents: {
        get: (path: string) => {
          read.push(path);
          return path in files
            ? Promise.resolve({ content: { metadata: { emr: files[path] } } })
            : Promise.reject(new Error('gone'));
        }
      }
    } as unknown as Pick<ServiceManager.IManager, 'sessions' | 'contents'>
  );
  return { result, read };
}

it('names the open notebooks of this cluster, and which of them run a cell', async () => {
  const { result } = await bound(
    [
      open('b.ipynb', 'j-1', 'busy'),
      open('a.ipynb', 'j-1', 'idle'),
      open('c.ipynb', 'j-2', 'busy'),
      open('d', undefined, 'idle')
    ],
    [],
    {}
  );
  expect(result).toEqual([
    { path: 'a.ipynb', busy: false, open: true },
    { path: 'b.ipynb', busy: true, open: true }
  ]);
});

it('names those that only run, by their files, and reads no other file', async () => {
  const { result, read } = await bound(
    [open('open.ipynb', 'j-2', 'idle')],
    [
      running('open.ipynb', 'pyspark-emr', 'busy'),
      running('away.ipynb', 'pyspark-emr', 'busy'),
      running('other.ipynb', 'spark-emr', 'idle'),
      running('python.ipynb', 'python3', 'busy'),
      running('gone.ipynb', 'pyspark-emr', 'idle')
    ],
    { 'away.ipynb': { clusterId: 'j-1' }, 'other.ipynb': { clusterId: 'j-9' }, 'python.ipynb': { clusterId: 'j-1' } }
  );
  expect(result).toEqual([{ path: 'away.ipynb', busy: true, open: false }]);
  expect(read.sort()).toEqual(['away.ipynb', 'gone.ipynb', 'other.ipynb']);
});

it('has none where the product has no cluster yet', async () => {
  const { clusterId: _, ...requested } = CLUSTER;
  expect((await bound([open('a', undefined, 'idle')], [], {}, requested)).result).toEqual([]);
});
