/** What the templates of the products make: each version that may be launched is read, before anybody launches it. */
import type { ISecurity } from '../../aws';
import { getObject, parseSecurity, productVersions, s3UriOf, templateAddress } from '../../aws';
import { EmrError } from '../../protocol';
import type { AdminReport } from './report';
import type { Setup } from './setup';
import type { ITemplate, Value } from './template';
import { at, has, isAbsent, possible, readTemplate, referred, resourcesOf } from './template';
import type { AdminFeature, IAdminFix, Verdict } from './types';

/** A version of a product, and the clusters of its template. */
export interface IProductTemplate {
  /** For the report, e.g. `“EMR small” v1.2`. */
  label: string;
  /** Address of the template. */
  address: string;
  template: ITemplate;
  /** Properties of its clusters; empty: it makes none. */
  clusters: Record<string, Value>[];
}

/** A product whose template cannot be read. */
export interface IUnread {
  label: string;
  error: Error;
}

const CLUSTER = 'AWS::EMR::Cluster';
const SECURITY = 'AWS::EMR::SecurityConfiguration';
/** From this release on there are runtime roles. */
const RUNTIME_ROLES = [6, 9];

interface IRule extends IAdminFix {
  feature: AdminFeature;
  check: string;
  state: 'missing' | 'too wide';
  /** @returns what is wrong, a sentence's end after “Clusters of PRODUCT …” */
  look: (cluster: Record<string, Value>, template: ITemplate) => string | undefined;
}

const property = (name: string) => `${CLUSTER} ${name}`;

const RULES: IRule[] = [
  {
    feature: 'provision',
    check: 'template-scaling',
    state: 'missing',
    fix: 'Give the cluster a managed scaling policy.',
    property: property('ManagedScalingPolicy'),
    look: cluster =>
      isAbsent(cluster['ManagedScalingPolicy']) && !has(cluster['Instances'], 'AutoScalingPolicy')
        ? 'do not scale: nodes that idle are paid for'
        : undefined
  },
  {
    feature: 'provision',
    check: 'template-logs',
    state: 'missing',
    fix: 'Name a folder for logs.',
    property: property('LogUri'),
    look: cluster =>
      isAbsent(cluster['LogUri']) ? 'keep no logs: why one did not start cannot be read afterwards' : undefined
  },
  {
    feature: 'connect',
    check: 'template-security',
    state: 'missing',
    fix: 'Name a security configuration with runtime roles, encryption in transit and at rest.',
    property: property('SecurityConfiguration'),
    look: (cluster, template) => {
      const value = cluster['SecurityConfiguration'];
      if (isAbsent(value)) {
        return 'have no security configuration: no runtime roles, and Livy without TLS';
      }
      const own = referred(template, value, SECURITY);
      const body = own?.['SecurityConfiguration'];
      const lacks = own ? lacking(parseSecurity(typeof body === 'string' ? body : JSON.stringify(body))) : [];
      return lacks.length > 0 ? `have no ${lacks.join(', no ')}` : undefined;
    }
  },
  {
    feature: 'connect',
    check: 'template-release',
    state: 'missing',
    fix: 'Offer releases from emr-6.9.0 on.',
    property: property('ReleaseLabel'),
    look: (cluster, template) => {
      const old = possible(template, cluster['ReleaseLabel']).filter(isBeforeRuntimeRoles);
      return old.length > 0 ? `may have the release ${old.join(', ')}, which knows no runtime roles` : undefined;
    }
  },
  {
    feature: 'sessions',
    check: 'template-applications',
    state: 'missing',
    fix: 'Add what is missing to the applications.',
    property: property('Applications'),
    look: (cluster, template) => {
      const offered = possible(template, cluster['Applications']).map(name => name.trim().toLowerCase());
      const lacks = ['Livy', 'Spark'].filter(name => !offered.includes(name.toLowerCase()));
      return lacks.length > 0 ? `have no ${lacks.join(' and no ')}: no notebook connects to them` : undefined;
    }
  },
  {
    feature: 'sessions',
    check: 'template-subnet',
    state: 'too wide',
    fix: 'Name private subnets, or a parameter for them.',
    property: property('Instances.Ec2SubnetId'),
    look: ({ Instances: instances }, template) => {
      const subnets = [at(instances, 'Ec2SubnetId'), at(instances, 'Ec2SubnetIds')].filter(value => !isAbsent(value));
      if (subnets.length === 0) {
        return 'name no subnet: they start in the default VPC, whose subnets are public';
      }
      const made = subnets.flat().map(value => referred(template, value, 'AWS::EC2::Subnet'));
      return made.some(subnet => isTrue(subnet?.['MapPublicIpOnLaunch']))
        ? 'stand in a subnet of the template that gives public addresses'
        : undefined;
    }
  },
  {
    feature: 'sessions',
    check: 'template-ssh',
    state: 'too wide',
    fix: 'Leave the key out: nobody has to log in.',
    property: property('Instances.Ec2KeyName'),
    look: ({ Instances: instances }) =>
      isAbsent(at(instances, 'Ec2KeyName'))
        ? undefined
        : 'let in by SSH whoever has the key, with the rights of the instance role'
  },
  {
    feature: 'sessions',
    check: 'template-stays',
    state: 'missing',
    fix: 'Set it to true.',
    property: property('Instances.KeepJobFlowAliveWhenNoSteps'),
    look: ({ Instances: instances }) => {
      const value = at(instances, 'KeepJobFlowAliveWhenNoSteps');
      return isAbsent(value) || isFalse(value)
        ? 'end as soon as they have no step: no session is ever opened'
        : undefined;
    }
  },
  {
    feature: 'teardown',
    check: 'template-auto-termination',
    state: 'missing',
    fix: 'Give the cluster an auto-termination policy.',
    property: property('AutoTerminationPolicy.IdleTimeout'),
    look: cluster => (isAbsent(cluster['AutoTerminationPolicy']) ? 'never end by themselves' : undefined)
  },
  {
    feature: 'teardown',
    check: 'template-protection',
    state: 'missing',
    fix: 'Set it to false: auto-termination ends no cluster that is protected, nor does the user.',
    property: property('Instances.TerminationProtected'),
    look: ({ Instances: instances }) =>
      isTrue(at(instances, 'TerminationProtected')) ? 'are protected from termination' : undefined
  }
];

/** Looks at the templates of the products for one feature. */
export async function templateChecks(setup: Setup, report: AdminReport, feature: AdminFeature): Promise<void> {
  const rules = RULES.filter(rule => rule.feature === feature);
  let read: (IProductTemplate | IUnread)[] = [];
  await report.look(feature, 'template', 'Reading the products’ templates', async () => {
    read = await setup.templates().catch(() => []); // that portfolios cannot be read is told there
    return [];
  });
  for (const product of read) {
    if ('error' in product) {
      if (setup.tellsUnread(feature)) {
        await report.look(feature, 'template', `Reading the template of ${product.label}`, () =>
          Promise.reject(product.error)
        );
      }
      continue;
    }
    const { label, address, template, clusters } = product;
    let found = 0;
    for (const rule of rules) {
      const wrong = clusters.map(cluster => rule.look(cluster, template)).find(text => text !== undefined);
      if (wrong !== undefined) {
        found += 1;
        const { check, state, fix, property: place } = rule;
        await report.look(feature, check, `Reading the template of ${label}`, () =>
          Promise.resolve<Verdict>({
            state,
            message: `Clusters of ${label} ${wrong}.`,
            evidence: [address],
            fix,
            ...(place ? { property: place } : {})
          })
        );
      }
    }
    if (found === 0 && clusters.length > 0) {
      await report.look(feature, 'template', `Reading the template of ${label}`, () =>
        Promise.resolve<Verdict>({
          state: 'ok',
          message: `The template of ${label} has what this needs.`,
          evidence: [address]
        })
      );
    }
  }
}

/** Names that the templates write out, of a property of their clusters, with the products that do. */
export async function namedByTemplates(
  setup: Setup,
  pick: (cluster: Record<string, Value>) => Value,
  form: RegExp
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const product of await setup.templates().catch(() => [])) {
    if ('error' in product) {
      continue;
    }
    const names = product.clusters.flatMap(cluster => possible(product.template, pick(cluster)));
    for (const name of new Set(names.filter(text => form.test(text)))) {
      found.set(name, [...(found.get(name) ?? []), product.label]);
    }
  }
  return found;
}

/** Read the templates of all products that are offered. */
export async function readProducts(setup: Setup): Promise<(IProductTemplate | IUnread)[]> {
  const products = new Map((await setup.portfolios()).flatMap(({ products }) => products).map(one => [one.id, one]));
  const read = await Promise.all(
    [...products.values()].map(async ({ id, name }): Promise<(IProductTemplate | IUnread)[]> => {
      try {
        const versions = await productVersions(setup.aws, id, setup.signal);
        return await Promise.all(
          versions.map(async version => {
            const label = `“${name}” ${version.name}`;
            try {
              return await readProduct(setup, label, id, version.id);
            } catch (error) {
              return { label, error: error as Error };
            }
          })
        );
      } catch (error) {
        return [{ label: `“${name}”`, error: error as Error }];
      }
    })
  );
  return read.flat();
}

async function readProduct(setup: Setup, label: string, product: string, version: string): Promise<IProductTemplate> {
  const address = await templateAddress(setup.aws, product, version, setup.signal);
  const uri = address === undefined ? undefined : s3UriOf(address);
  if (address === undefined || uri === undefined) {
    throw unreadable(
      label,
      address === undefined
        ? 'Service Catalog does not tell where it lies'
        : `it is not in S3: ${address.split('?')[0]}`
    );
  }
  const text = await getObject(setup.aws, uri, setup.signal);
  const template = text && readTemplate(text.toString('utf8'));
  if (!template) {
    throw unreadable(label, text ? `${uri} is no CloudFormation template` : `there is no ${uri}`);
  }
  return { label, address: uri, template, clusters: resourcesOf(template, CLUSTER) };
}

function unreadable(label: string, why: string): EmrError {
  return new EmrError({
    code: 'TemplateUnread',
    hop: 'service-catalog',
    message: `The template of ${label} cannot be read: ${why}.`,
    fix: 'Look at it by hand, or launch one and run this again.'
  });
}

/** What a security configuration is without, in words. */
function lacking(security: ISecurity | undefined): string[] {
  return [
    ...(security?.runtimeRoles ? [] : ['runtime roles']),
    ...(security?.inTransitEncryption ? [] : ['encryption in transit']),
    ...(security?.atRestEncryption ? [] : ['encryption at rest'])
  ];
}

function isBeforeRuntimeRoles(label: string): boolean {
  const [, major, minor] = /^emr-(\d+)\.(\d+)/.exec(label) ?? [];
  return major !== undefined && (Number(major) - RUNTIME_ROLES[0] || Number(minor) - RUNTIME_ROLES[1]) < 0;
}

const isTrue = (value: Value) => value === true || value === 'true';
const isFalse = (value: Value) => value === false || value === 'false';
