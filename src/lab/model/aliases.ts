import type { ServiceManager } from '@jupyterlab/services';

import type { Language } from '../../protocol';

const LANGUAGES: readonly string[] = ['pyspark', 'spark', 'sparkr'];

const aliases = new Map<string, Language>();

/** The language of a kernelspec that runs our kernel under another name, e.g. `pysparkkernel`. */
export function aliasLanguage(kernelName: string): Language | undefined {
  return aliases.get(kernelName);
}

/**
 * Learn which kernelspecs `jupyter emr install --as` made: they say so in their metadata. A kernelspec of that name
 * which is sparkmagic's own is none of ours.
 *
 * @param changed - called where there are others than before
 */
export function followAliases(kernelspecs: ServiceManager.IManager['kernelspecs'], changed: () => void): void {
  const learn = (): void => {
    const before = JSON.stringify([...aliases]);
    aliases.clear();
    for (const spec of Object.values(kernelspecs.specs?.kernelspecs ?? {})) {
      const ours = spec?.metadata?.['jupyterlab_emr'] as { language?: unknown } | undefined;
      if (spec && typeof ours?.language === 'string' && LANGUAGES.includes(ours.language)) {
        aliases.set(spec.name, ours.language as Language);
      }
    }
    if (JSON.stringify([...aliases]) !== before) {
      changed();
    }
  };
  kernelspecs.specsChanged.connect(learn);
  learn();
}
