import type { Language } from '../protocol';
import type { IKernelInfo } from './types';

const DOCUMENTATION = 'https://github.com/jupyterlab-emr/jupyterlab-emr#readme';

const LANGUAGE_INFO = {
  pyspark: {
    name: 'python',
    version: '3',
    mimetype: 'text/x-python',
    file_extension: '.py',
    pygments_lexer: 'ipython3',
    codemirror_mode: { name: 'ipython', version: 3 },
    nbconvert_exporter: 'python'
  },
  spark: {
    name: 'scala',
    version: '2.12',
    mimetype: 'text/x-scala',
    file_extension: '.scala',
    pygments_lexer: 'scala',
    codemirror_mode: 'text/x-scala'
  },
  sparkr: {
    name: 'R',
    version: '4',
    mimetype: 'text/x-rsrc',
    file_extension: '.r',
    pygments_lexer: 'r',
    codemirror_mode: 'r'
  }
} as const;

const TITLES = { pyspark: 'PySpark', spark: 'Spark Scala', sparkr: 'SparkR' } as const;

/** The static part of the kernel_info_reply. */
export function kernelInfo(language: Language, version: string): IKernelInfo {
  return {
    implementation: 'jupyterlab-emr',
    implementationVersion: version,
    banner: `${TITLES[language]} on Amazon EMR (jupyterlab-emr ${version}). %emr help lists what you can do.`,
    languageInfo: LANGUAGE_INFO[language],
    helpLinks: [
      { text: 'jupyterlab-emr', url: DOCUMENTATION },
      { text: 'Spark', url: 'https://spark.apache.org/docs/latest/' },
      { text: 'Amazon EMR', url: 'https://docs.aws.amazon.com/emr/latest/ManagementGuide/' }
    ]
  };
}
