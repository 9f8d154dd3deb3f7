/** What CloudFormation makes of a template's functions, for given values of its parameters. */
import { AwsError } from '../errors';
import { textOf, type ITemplate, type Value } from './template';

/** Everything that functions look up. */
export interface IScope {
  /** Values of parameters: lists as lists. Pseudo parameters (`AWS::Region`) too. */
  refs: Readonly<Record<string, Value>>;
  /** What other stacks export, by name. */
  exports: Readonly<Record<string, string>>;
  /** Attributes of resources, `EmrCluster.MasterPublicDNS`; a resource's `Ref` under its own name. */
  resources?: Readonly<Record<string, Value>>;
}

/** What takes itself away. */
const NO_VALUE = Symbol('AWS::NoValue');
type Resolved = Value | typeof NO_VALUE;

const failed = (message: string) => new AwsError('ValidationError', `Template error: ${message}`);

export class Resolver {
  private readonly conditions = new Map<string, boolean>();

  constructor(
    private readonly template: ITemplate,
    private readonly scope: IScope
  ) {}

  /** @throws AwsError `ValidationError` where something is not there */
  resolve(value: Value): Value {
    const resolved = this.any(value);
    return resolved === NO_VALUE ? null : resolved;
  }

  /** @throws AwsError `ValidationError` for a condition that is not there */
  holds(name: string): boolean {
    let known = this.conditions.get(name);
    if (known === undefined) {
      const conditions = this.template.Conditions ?? {};
      if (!Object.hasOwn(conditions, name)) {
        throw failed(`unresolved condition dependency ${name}`);
      }
      known = this.condition(conditions[name]);
      this.conditions.set(name, known);
    }
    return known;
  }

  private any(value: Value): Resolved {
    if (Array.isArray(value)) {
      return value.map(item => this.any(item)).filter(item => item !== NO_VALUE);
    }
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    const entries = Object.entries(value);
    const [[name, given] = ['', null]] = entries;
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::'))) {
      return this.call(name, given);
    }
    return Object.fromEntries(
      entries
        .map(([key, member]): [string, Resolved] => [key, this.any(member)])
        .filter((entry): entry is [string, Value] => entry[1] !== NO_VALUE)
    );
  }

  private call(name: string, given: Value): Resolved {
    switch (name) {
      case 'Ref':
        return given === 'AWS::NoValue' ? NO_VALUE : this.ref(textOf(given));
      case 'Fn::GetAtt':
        return this.resource(Array.isArray(given) ? given.map(textOf).join('.') : textOf(given));
      case 'Fn::ImportValue':
        return this.imported(this.text(given));
      case 'Fn::Sub':
        return this.sub(given);
      case 'Fn::If': {
        const [condition, yes, no] = list(given, 3);
        return this.any(this.holds(textOf(condition)) ? yes : no);
      }
      case 'Fn::Join': {
        const [separator, items] = list(given, 2);
        return this.items(items).map(textOf).join(textOf(separator));
      }
      case 'Fn::Split': {
        const [separator, text] = list(given, 2);
        return this.text(text).split(textOf(separator));
      }
      case 'Fn::Select': {
        const [index, items] = list(given, 2);
        const found = this.items(items)[Number(this.resolve(index))];
        if (found === undefined) {
          throw failed('Fn::Select cannot select nonexistent value at index ' + textOf(this.resolve(index)));
        }
        return found;
      }
      case 'Fn::FindInMap': {
        const [map, first, second] = list(given, 3).map(key => this.text(key));
        const found = this.template.Mappings?.[map]?.[first]?.[second];
        if (found === undefined) {
          throw failed(`Unable to get mapping for ${map}::${first}::${second}`);
        }
        return found;
      }
      default:
        // The name of a test in the place of a value, or a function that no template of ours has.
        throw failed(`${name} is not supported here`);
    }
  }

  private condition(value: Value): boolean {
    const [[name, given] = ['', null]] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    switch (name) {
      case 'Condition':
        return this.holds(textOf(given));
      case 'Fn::Not':
        return !this.condition(list(given, 1)[0]);
      case 'Fn::And':
        return (given as Value[]).every(item => this.condition(item));
      case 'Fn::Or':
        return (given as Value[]).some(item => this.condition(item));
      case 'Fn::Equals': {
        const [one, other] = list(given, 2);
        return this.text(one) === this.text(other);
      }
      default:
        throw failed(`${name || JSON.stringify(value)} is no condition`);
    }
  }

  private ref(name: string): Value {
    if (Object.hasOwn(this.scope.refs, name)) {
      return this.scope.refs[name];
    }
    return this.resource(name);
  }

  private resource(name: string): Value {
    const resources = this.scope.resources ?? {};
    const [owner] = name.split('.');
    if (Object.hasOwn(resources, name)) {
      return resources[name];
    }
    if (Object.hasOwn(this.template.Resources, owner)) {
      return name; // made beside it: no one asks for its true name
    }
    throw failed(`Unresolved resource dependencies [${owner}]`);
  }

  private imported(name: string): string {
    if (!Object.hasOwn(this.scope.exports, name)) {
      throw failed(`No export named ${name} found.`);
    }
    return this.scope.exports[name];
  }

  private sub(given: Value): string {
    const [text, own] = Array.isArray(given) ? [textOf(given[0]), given[1] as Record<string, Value>] : [textOf(given)];
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) {
        return '${' + name + '}';
      }
      return own && Object.hasOwn(own, name) ? this.text(own[name]) : textOf(this.ref(name.trim()));
    });
  }

  private items(value: Value): Value[] {
    const resolved = this.resolve(value);
    if (!Array.isArray(resolved)) {
      throw failed('a list is needed here');
    }
    return resolved;
  }

  private text(value: Value): string {
    const resolved = this.resolve(value);
    if (typeof resolved === 'object') {
      throw failed('a text is needed here');
    }
    return String(resolved);
  }
}

function list(value: Value, length: number): Value[] {
  if (!Array.isArray(value) || value.length !== length) {
    throw failed(`a list of ${length} is needed here`);
  }
  return value;
}
