/** The Condition element of a statement. */
import { BlockList, isIP } from 'node:net';

import { contextValue, equals, matches, matchesArn } from './match';
import { asList, type Context, type IStatement } from './types';

type Test = (wanted: string, given: string, context?: Context) => boolean;

const number =
  (compare: (given: number, wanted: number) => boolean): Test =>
  (wanted, given) =>
    wanted.trim() !== '' && given.trim() !== '' && compare(Number(given), Number(wanted));
const date =
  (compare: (given: number, wanted: number) => boolean): Test =>
  (wanted, given) =>
    compare(time(given), time(wanted));
const arn: Test = (wanted, given, context) => matchesArn(wanted, given, context);

/** Operators that say what has to be; {@link NEGATED} are their opposites. */
const OPERATORS: Record<string, Test> = {
  stringequals: (wanted, given, context) => equals(wanted, given, context),
  stringequalsignorecase: (wanted, given, context) => equals(wanted, given, context, true),
  stringlike: (wanted, given, context) => matches(wanted, given, context),
  numericequals: number((a, b) => a === b),
  numericlessthan: number((a, b) => a < b),
  numericlessthanequals: number((a, b) => a <= b),
  numericgreaterthan: number((a, b) => a > b),
  numericgreaterthanequals: number((a, b) => a >= b),
  dateequals: date((a, b) => a === b),
  datelessthan: date((a, b) => a < b),
  datelessthanequals: date((a, b) => a <= b),
  dategreaterthan: date((a, b) => a > b),
  dategreaterthanequals: date((a, b) => a >= b),
  bool: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
  binaryequals: (wanted, given) => wanted === given,
  ipaddress: inRange,
  arnequals: arn,
  arnlike: arn
};
const NEGATED: Record<string, string> = {
  stringnotequals: 'stringequals',
  stringnotequalsignorecase: 'stringequalsignorecase',
  stringnotlike: 'stringlike',
  numericnotequals: 'numericequals',
  datenotequals: 'dateequals',
  notipaddress: 'ipaddress',
  arnnotequals: 'arnequals',
  arnnotlike: 'arnlike'
};

/** Whether every condition of a statement holds. @param variables - values of `${…}`; undefined: none are replaced */
export function conditionsHold(
  conditions: IStatement['Condition'],
  context: Context,
  variables: Context | undefined
): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      holds(operator.toLowerCase(), asList(wanted).map(String), contextValue(context, key), variables)
    )
  );
}

function holds(
  operator: string,
  wanted: string[],
  value: string | string[] | undefined,
  variables: Context | undefined
): boolean {
  const [, set, name, ifExists] = /^(?:(foranyvalue|forallvalues):)?([a-z]+?)(ifexists)?$/.exec(operator) ?? [];
  const given = asList(value);
  if (name === 'null') {
    return wanted.some(item => (item.toLowerCase() === 'true') === (given.length === 0));
  }
  const negated = name !== undefined && Object.hasOwn(NEGATED, name);
  const test = OPERATORS[negated ? NEGATED[name] : (name ?? '')] as Test | undefined;
  if (!test) {
    return false; // IAM takes no such policy; what nobody knows allows nothing
  }
  if (given.length === 0) {
    return set === 'forallvalues' || (set === undefined && (ifExists !== undefined || negated));
  }
  const one = (item: string) => wanted.some(candidate => test(candidate, item, variables)) !== negated;
  return set === 'forallvalues' ? given.every(one) : given.some(one);
}

function time(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function inRange(wanted: string, given: string): boolean {
  const [address, bits] = wanted.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(given) === 0) {
    return false;
  }
  const list = new BlockList();
  const kind = family === 6 ? 'ipv6' : 'ipv4';
  list.addSubnet(address, bits === undefined ? (family === 6 ? 128 : 32) : Number(bits), kind);
  return list.check(given, isIP(given) === 6 ? 'ipv6' : 'ipv4');
}
