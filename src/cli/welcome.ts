/** The notebook that the demo opens. */

/** Its file name. */
export const WELCOME = 'Welcome.ipynb';
/** The example beside it, which becomes a pipeline. */
export const DAILY = 'daily-features.ipynb';

const CELLS: ['markdown' | 'code', string][] = [
  [
    'markdown',
    '# Spark on EMR, from this notebook\n\n' +
      'This JupyterLab runs on a *local account*: the same steps as on AWS, without an AWS account, and clusters come up in seconds.\n\n' +
      '1. Open the **EMR** panel in the left sidebar, choose a product, fill the form, **Create**.\n' +
      '2. When the cluster is ready, press **Connect** in the toolbar above, choose the cluster and a runtime role.\n' +
      '3. Run the cells below. They run on the cluster’s Spark.\n' +
      '4. Shut the cluster down in the panel.\n\n' +
      `From a notebook to production: [${DAILY}](${DAILY}) reads daily files and becomes a pipeline with three clicks.\n\n` +
      'The same by magics: `%emr products`, `%emr provision`, `%emr connect`, `%emr terminate`, `%emr help`.'
  ],
  ['code', '%emr status'],
  [
    'code',
    "from pyspark.sql import functions as F\n\nprices = spark.range(1000).withColumn('price', F.rand(7) * 100)\n" +
      "prices.createOrReplaceTempView('prices')\nprices.describe('price').show()"
  ],
  ['code', '%%sql\nSELECT floor(price / 10) AS bucket, count(*) AS n FROM prices GROUP BY 1 ORDER BY 1'],
  ['code', '%%scala\nspark.table("prices").filter("price > 50").count()'],
  ['code', '%emr disconnect']
];

/** The notebook as nbformat 4.5 has it. */
export function welcomeNotebook(): string {
  const cells = CELLS.map(([kind, source], index) => ({
    cell_type: kind,
    id: `welcome-${index}`,
    metadata: {},
    source,
    ...(kind === 'code' ? { execution_count: null, outputs: [] } : {})
  }));
  const metadata = {
    kernelspec: { name: 'pyspark-emr', display_name: 'PySpark (EMR)', language: 'python' },
    language_info: { name: 'python' }
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, undefined, 1)}\n`;
}
