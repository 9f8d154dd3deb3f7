/** The commands and their options; what each does is in `commands.ts` and `demo.ts`. */
import { Command, InvalidArgumentError, Option } from 'commander';

import { catalogExplain, catalogGrants, catalogSearch, catalogShow, catalogSnippet, catalogTags } from './catalog';
import { clustersCommand, connectInfoCommand, productsCommand, provisionCommand, terminateCommand } from './commands';
import { runCommand } from './context';
import { doctorCommand } from './doctor';
import { ADMIN_FEATURES } from '../control';
import { ALIAS_NAMES, installCommand, uninstallCommand } from './install';
import { promoteCommand } from './promote';
import { runsCommand } from './runs';

declare const __VERSION__: string | undefined;

/** `KEY=VALUE`, collected. */
function pairs(text: string, previous: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new InvalidArgumentError('Write it as KEY=VALUE.');
  }
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}

/** An option that is repeated, collected. */
function every(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) {
    throw new InvalidArgumentError('It has to be a number above 0.');
  }
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new InvalidArgumentError('It has to be a port number.');
  }
  return value;
}

/** The command line of `jupyter emr`. */
export function makeProgram(): Command {
  const program = new Command('jupyter emr')
    .description('Amazon EMR clusters for notebooks: provision, connect, tear down.')
    .version(typeof __VERSION__ === 'string' ? __VERSION__ : 'dev')
    .showHelpAfterError('(jupyter emr --help tells more)')
    .exitOverride();
  const add = (name: string, description: string, to: Command = program) =>
    to
      .command(name)
      .description(description)
      .option('--json', 'answer with JSON')
      .option('--region <region>', 'AWS region')
      .option('--profile <profile>', 'named profile of the AWS configuration')
      .option('--assume-role <arn>', 'role to assume first (cross-account)');

  add('doctor', 'look at all that stands between this host and a cell’s first result, hop by hop')
    .option('--cluster-id <id>', 'the way to this cluster’s Livy; without it: the account alone')
    .option('--application-id <id>', 'the way to the Livy of this EMR Serverless application; id or name')
    .option('--runtime-role <arn>', 'role that cells would run as')
    .option('--livy-url <url>', 'any Livy, without EMR; user and password from LIVY_USERNAME and LIVY_PASSWORD')
    .addOption(
      new Option('--auth-type <type>', 'how Livy is told who one is').choices(['None', 'Kerberos', 'Basic_Access'])
    )
    .option('--secret <id>', 'Secrets Manager secret with username and password')
    .option('--ca-bundle <path>', 'PEM file of the CA that signed Livy’s certificate')
    .option('--verify-certificate <True|False|path>', 'False: what is wrong with it is a warning')
    .option('--admin', 'instead, for administrators: what of the account is missing or too wide for each feature')
    .addOption(
      new Option('--feature <name>', 'of --admin: only this feature (repeat it)')
        .choices(ADMIN_FEATURES)
        .argParser((name: string, previous: string[] = []) => [...previous, name])
    )
    .option('--portfolio <id>', 'of --admin: only this portfolio, its id or name')
    .option(
      '--principal <arn>',
      'of --admin: whose rights; default: whom the portfolios are given to (repeat it)',
      every
    )
    .option('--runtime-roles <arn>', 'of --admin: as --runtime-role, for further ones (repeat it)', every)
    .action(runCommand(doctorCommand));
  add('clusters', 'list clusters: yours and those you may see')
    .option('--ended', 'include those that ended in the last 24 hours')
    .action(runCommand(clustersCommand));
  add('products', 'list the products you may launch, or show one with its parameters')
    .argument('[product]', 'id or name of a product')
    .option('--version-name <version>', 'version to show, its id or name')
    .option('--path <path>', 'launch path, its id or name')
    .action(runCommand(productsCommand));
  add('provision', 'launch a product and follow it until the cluster is ready')
    .argument('<name>', 'name of the new cluster')
    .option('--product <product>', 'id or name of a product; needed where there are several')
    .option('--version-name <version>', 'version, its id or name; default: the product’s own')
    .option('--path <path>', 'launch path, its id or name; needed where there are several')
    .addOption(new Option('-p, --param <KEY=VALUE>', 'a parameter (repeat it)').argParser(pairs))
    .option('--params-file <file>', 'JSON object of parameters; - is standard input. For secrets: others see arguments')
    .addOption(new Option('-t, --tag <KEY=VALUE>', 'a tag option (repeat it)').argParser(pairs))
    .option('--token <token>', 'the same token never makes a second cluster')
    .option('--no-follow', 'return at once')
    .action(runCommand(provisionCommand));
  add('connect-info', 'print the line that connects a notebook, and the endpoint')
    .argument('<cluster>', 'id or name of a cluster, or of an EMR Serverless application')
    .option('--runtime-role <arn>', 'role to write into the line')
    .action(runCommand(connectInfoCommand));
  add('terminate', 'terminate a cluster and follow it to the end')
    .argument('<cluster>', 'id or name of a cluster')
    .option('--allow-terminate-job-flows', 'also where Service Catalog did not make it')
    .option('--no-follow', 'return at once')
    .action(runCommand(terminateCommand));
  add('promote', 'take a notebook, or a pipeline’s file, to EMR Serverless: an application and a role of its own')
    .argument('<file>', 'notebook (.ipynb) or pipeline’s file (emr-pipeline.yaml)')
    .option('--dry-run', 'show the script and what would be made; make nothing')
    .option('--offline', 'with --dry-run: AWS is not asked')
    .option('-y, --yes', 'do not ask')
    .option('--undo', 'where a step fails, take back what was made; otherwise the next time goes on from there')
    .option('--template', 'print a CloudFormation template for the platform team; make nothing')
    .action(runCommand(promoteCommand));
  add('runs', 'list the pipelines on EMR Serverless and their runs; start, end, explain and compare runs')
    .argument('[pipeline]', 'name of a pipeline')
    .option('--limit <runs>', 'runs of each pipeline that are listed', positive)
    .option('--start', 'start a run and follow it to its end; what its driver prints is printed')
    .addOption(new Option('-a, --argument <NAME=VALUE>', 'an argument of the run (repeat it)').argParser(pairs))
    .option('--token <token>', 'the same token never starts a second run')
    .option('--no-follow', 'return at once')
    .option('--run <run>', 'show one run: why it failed, what it cost')
    .option('--cancel <run>', 'end a run')
    .option('--logs <run>', 'print the driver’s log of a run')
    .addOption(new Option('--stream <stream>', 'which log').choices(['stdout', 'stderr']).default('stderr'))
    .option('--attempt <number>', 'of --logs: which attempt of a run that is tried again; default: the last', positive)
    .option('--ui <run>', 'print the address of the Spark UI of a run, good for an hour')
    .option('--compare <runs...>', 'compare two runs')
    .addOption(new Option('--schedule <switch>', 'switch the schedule').choices(['on', 'off']))
    .option('--remove', 'take the pipeline away: schedule, application, roles; data and logs stay')
    .action(runCommand(runsCommand));
  const catalog = program.command('catalog').description('the data catalogue, as you or a role may see it');
  const addCatalog = (name: string, description: string) =>
    add(name, description, catalog).option(
      '--as <role>',
      'name or ARN of a role that is assumed for it; default: self'
    );
  const filtered = (command: Command) =>
    command
      .addOption(
        new Option(
          '-f, --filter <KEY=VALUE>',
          'LF-Tag, account, database or format; KEY=ONE|OTHER takes either (repeat it)'
        ).argParser((text: string, previous: string[] = []) => [...previous, text])
      )
      .option('--refresh', 'read the catalogue anew first');
  filtered(addCatalog('search', 'search tables by names, columns, comments and tags'))
    .argument('[text...]', 'words', (word: string, previous?: string) => (previous ? `${previous} ${word}` : word))
    .option('--limit <tables>', 'tables that are listed; default 50', positive)
    .action(runCommand(catalogSearch));
  filtered(addCatalog('tags', 'list LF-Tags, their values and how many tables have them')).action(
    runCommand(catalogTags)
  );
  addCatalog('show', 'show a table: description, tags, columns')
    .argument('<table>', 'database.table; of another account 111122223333/database.table')
    .action(runCommand(catalogShow));
  addCatalog('snippet', 'print the lines that read a table')
    .argument('<table>', 'database.table')
    .addOption(new Option('--language <language>', 'only of this one').choices(['pyspark', 'sql', 'scala', 'r']))
    .option('--columns <a,b>', 'only these columns')
    .action(runCommand(catalogSnippet));
  addCatalog('explain', 'why a role does not see a table, and a request for what is missing')
    .argument('<table>', 'database.table')
    .option('--column <name>', 'about this column')
    .action(runCommand(catalogExplain));
  addCatalog('grants', 'list what was granted on a table to whom')
    .argument('<table>', 'database.table')
    .action(runCommand(catalogGrants));
  const kernelspec = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .option('--json', 'answer with JSON')
      .addOption(new Option('--as <name>', 'name of sparkmagic’s kernelspec').choices(ALIAS_NAMES))
      .option('--user', 'for this user')
      .option('--sys-prefix', 'in the environment of jupyter emr (default)')
      .option('--prefix <folder>', 'below this folder’s share/jupyter');
  kernelspec('install', 'let notebooks made for sparkmagic run on our kernel, without touching them')
    .option('--force', 'put a kernelspec that is not ours aside')
    .option('--list', 'show which of those kernelspecs are there, and what they run')
    .action(runCommand(installCommand));
  kernelspec('uninstall', 'take such a kernelspec away; one that was put aside comes back').action(
    runCommand(uninstallCommand)
  );
  program
    .command('demo')
    .description('start a local account and JupyterLab on it: nothing of AWS is needed')
    .option('--json', 'say what runs as one JSON line')
    .option('--port <port>', 'port of JupyterLab; 0: any free one', port)
    .option('--no-browser', 'do not open a browser')
    .option('--headless', 'run the whole journey in a notebook without a browser')
    .option('--speed <factor>', 'how much faster than AWS clusters come up', positive)
    .option('--workspace <folder>', 'folder of the demo notebooks')
    .option('--next-day', 'in the demo’s own terminal: the next day’s files arrive, and the next schedule fires')
    .action(async (options: Record<string, unknown>) => {
      const { demo } = await import('./demo');
      const { nextDay } = await import('./nextDay');
      await runCommand(options['nextDay'] ? nextDay : demo)(options);
    });
  return program;
}
