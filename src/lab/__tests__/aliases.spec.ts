import type { ServiceManager } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import { followAliases } from '../model/aliases';
import { languageOf } from '../model/binding';

it('kernelspecs that say so are ours under another name; sparkmagic’s own are not', () => {
  const theirs = { name: 'pysparkkernel', metadata: {} };
  const ours = { name: 'pysparkkernel', metadata: { jupyterlab_emr: { as: 'pysparkkernel', language: 'pyspark' } } };
  const manager = { specs: { kernelspecs: { pysparkkernel: theirs } as Record<string, object> } };
  const specsChanged = new Signal<object, object>(manager);
  let changes = 0;
  followAliases({ ...manager, specsChanged } as unknown as ServiceManager.IManager['kernelspecs'], () => changes++);
  expect(languageOf('pysparkkernel')).toBeNull();
  manager.specs.kernelspecs['pysparkkernel'] = ours;
  specsChanged.emit({});
  expect(languageOf('pysparkkernel')).toBe('pyspark');
  expect(changes).toBe(1);
  manager.specs.kernelspecs['pysparkkernel'] = theirs;
  specsChanged.emit({});
  expect(languageOf('pysparkkernel')).toBeNull();
  expect(languageOf('pyspark-emr')).toBe('pyspark');
});
