/** Values of a template's parameters, checked as CloudFormation does and in its words. */
import { AwsError } from '../errors';
import { SECURITY_GROUPS, SUBNETS } from './network';
import type { Parameter, Values } from './types';

const CODE = 'InvalidParametersException';
/** Types whose values are lists, written with commas. */
export const LIST = /^(CommaDelimitedList|List<.*>)$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * The values with defaults filled in.
 *
 * @throws AwsError `InvalidParametersException` with CloudFormation's message
 */
export function checkValues(
  parameters: readonly Parameter[],
  given: readonly { Key?: string; Value?: string }[]
): Values {
  const keys = given.map(({ Key }) => Key ?? '');
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
  if (twice.length > 0) {
    throw new AwsError(CODE, `Duplicate parameters: [${twice.join(', ')}]`);
  }
  const unknown = keys.filter(key => parameters.every(({ ParameterKey }) => ParameterKey !== key));
  if (unknown.length > 0) {
    throw new AwsError(CODE, `Parameters: [${unknown.join(', ')}] do not exist in the template`);
  }
  const values: Values = {};
  const missing: string[] = [];
  for (const { ParameterKey: key, DefaultValue } of parameters) {
    const value = given.find(({ Key }) => Key === key)?.Value ?? DefaultValue;
    if (value === undefined) {
      missing.push(key);
    } else {
      values[key] = value;
    }
  }
  if (missing.length > 0) {
    throw new AwsError(CODE, `Parameters: [${missing.join(', ')}] must have values`);
  }
  for (const parameter of parameters) {
    const problem = checkValue(parameter, values[parameter.ParameterKey]);
    if (problem) {
      throw new AwsError(CODE, problem);
    }
  }
  return values;
}

/** What is wrong with a value, or undefined. */
export function checkValue(parameter: Parameter, value: string): string | undefined {
  const { ParameterKey: key, ParameterType: type, ParameterConstraints: constraints = {} } = parameter;
  const items = LIST.test(type) ? splitList(value) : [value];
  const element = /^List<(.*)>$/.exec(type)?.[1] ?? (type === 'CommaDelimitedList' ? 'String' : type);
  for (const item of items) {
    const problem = element === 'Number' ? checkNumber(parameter, item) : checkText(parameter, item);
    if (problem) {
      // The template's author may say it in other words, but what is no number at all is said as it is.
      return constraints.ConstraintDescription && problem !== NOT_A_NUMBER
        ? `Parameter '${key}' failed to satisfy constraint: ${constraints.ConstraintDescription}`
        : `Parameter '${key}' ${problem}`;
    }
  }
  return undefined;
}

/** The items of a list value; an empty one has none. */
export function splitList(value: string): string[] {
  return value.trim() === '' ? [] : value.split(',').map(item => item.trim());
}

/**
 * What CloudFormation finds out only when it makes the stack: ids of things that do not exist.
 *
 * @returns its message, or undefined
 */
export function findMissingResource(parameters: readonly Parameter[], values: Values): string | undefined {
  for (const { ParameterKey: key, ParameterType: type } of parameters) {
    const present = type.includes('Subnet::Id')
      ? SUBNETS
      : type.includes('SecurityGroup::Id')
        ? SECURITY_GROUPS
        : undefined;
    const wrong = present && splitList(values[key]).find(id => !present.includes(id));
    if (wrong !== undefined) {
      return `Parameter validation failed: parameter value ${wrong} for parameter name ${key} does not exist. Rollback requested by user.`;
    }
  }
  return undefined;
}

const NOT_A_NUMBER = 'must be a number';

function checkNumber({ ParameterConstraints: bounds = {} }: Parameter, item: string): string | undefined {
  if (!NUMBER.test(item)) {
    return NOT_A_NUMBER;
  }
  const number = Number(item);
  if (bounds.AllowedValues?.length && !bounds.AllowedValues.some(allowed => Number(allowed) === number)) {
    return 'must be one of AllowedValues';
  }
  if (bounds.MinValue !== undefined && number < Number(bounds.MinValue)) {
    return `must be a number not less than ${bounds.MinValue}`;
  }
  if (bounds.MaxValue !== undefined && number > Number(bounds.MaxValue)) {
    return `must be a number not greater than ${bounds.MaxValue}`;
  }
  return undefined;
}

function checkText({ ParameterConstraints: bounds = {} }: Parameter, item: string): string | undefined {
  if (bounds.AllowedValues?.length && !bounds.AllowedValues.includes(item)) {
    return 'must be one of AllowedValues';
  }
  const length = [...item].length;
  if (bounds.MinLength !== undefined && length < Number(bounds.MinLength)) {
    return `must contain at least ${bounds.MinLength} characters`;
  }
  if (bounds.MaxLength !== undefined && length > Number(bounds.MaxLength)) {
    return `must contain at most ${bounds.MaxLength} characters`;
  }
  if (bounds.AllowedPattern !== undefined && !new RegExp(`^(?:${bounds.AllowedPattern})$`, 'u').test(item)) {
    return `must match pattern ${bounds.AllowedPattern}`;
  }
  return undefined;
}
