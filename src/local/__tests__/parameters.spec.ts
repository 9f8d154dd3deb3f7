import { checkValue, checkValues, findMissingResource, splitList } from '../serviceCatalog/parameters';
import type { Parameter } from '../serviceCatalog/types';

const make = (type: string, constraints: Parameter['ParameterConstraints'] = {}, more: Partial<Parameter> = {}) => ({
  ParameterKey: 'P',
  ParameterType: type,
  ParameterConstraints: constraints,
  ...more
});

describe('values of parameters', () => {
  it.each([
    // type, constraints, value, what is wrong with it
    ['String', { AllowedPattern: '[a-z]+' }, 'abc', undefined],
    ['String', { AllowedPattern: '[a-z]+' }, 'abc1', 'must match pattern [a-z]+'],
    ['String', { AllowedPattern: '[a-z]+' }, '1abc', 'must match pattern [a-z]+'],
    ['String', { AllowedPattern: 'a|bc' }, 'ac', 'must match pattern a|bc'],
    ['String', { AllowedPattern: 'a|bc' }, 'bc', undefined],
    ['String', { AllowedPattern: '^a$' }, 'a', undefined],
    ['String', { AllowedPattern: '[a-z]*' }, 'a\nb', 'must match pattern [a-z]*'],
    ['String', { AllowedPattern: '\\p{Lu}' }, 'Ä', undefined],
    ['String', { MinLength: '2' }, 'a', 'must contain at least 2 characters'],
    ['String', { MaxLength: '2' }, 'abc', 'must contain at most 2 characters'],
    ['String', { MaxLength: '2' }, '😀😀', undefined],
    ['String', { AllowedValues: ['a', 'b'] }, 'c', 'must be one of AllowedValues'],
    ['String', { AllowedValues: [] }, 'c', undefined],
    ['Number', {}, '1e3', undefined],
    ['Number', {}, '-0.5', undefined],
    ['Number', {}, '', 'must be a number'],
    ['Number', {}, '0x10', 'must be a number'],
    ['Number', {}, 'NaN', 'must be a number'],
    ['Number', { MinValue: '9', MaxValue: '100' }, '10', undefined],
    ['Number', { MinValue: '9' }, '8.9', 'must be a number not less than 9'],
    ['Number', { MaxValue: '100' }, '1e9', 'must be a number not greater than 100'],
    ['Number', { AllowedValues: ['1', '2'] }, '2.0', undefined],
    ['Number', { AllowedValues: ['1', '2'] }, '3', 'must be one of AllowedValues'],
    ['List<Number>', { MaxValue: '9' }, '1, 2,10', 'must be a number not greater than 9'],
    ['List<Number>', {}, '1,,2', 'must be a number'],
    ['List<Number>', {}, '', undefined],
    ['CommaDelimitedList', { AllowedValues: ['a', 'b'] }, 'a, b', undefined],
    ['CommaDelimitedList', { AllowedValues: ['a', 'b'] }, 'a,c', 'must be one of AllowedValues']
  ] as const)('%s %j takes %j: %s', (type, constraints, value, problem) => {
    const parameter = make(type, constraints as Parameter['ParameterConstraints']);
    expect(checkValue(parameter, value)).toBe(problem && `Parameter 'P' ${problem}`);
  });

  it('says what the template’s author says', () => {
    const parameter = make('Number', { MaxValue: '5', ConstraintDescription: 'five at most' });
    expect(checkValue(parameter, '6')).toBe("Parameter 'P' failed to satisfy constraint: five at most");
    expect(checkValue(parameter, 'six')).toBe("Parameter 'P' must be a number");
  });

  it('fills in defaults, and tells what is missing, unknown or given twice', () => {
    const parameters = [make('String', {}, { DefaultValue: 'd' }), { ...make('String'), ParameterKey: 'Q' }];
    expect(checkValues(parameters, [{ Key: 'Q', Value: '' }])).toEqual({ P: 'd', Q: '' });
    expect(() => checkValues(parameters, [])).toThrow('Parameters: [Q] must have values');
    expect(() => checkValues(parameters, [{ Key: 'R', Value: '' }])).toThrow('Parameters: [R] do not exist');
    expect(() =>
      checkValues(parameters, [
        { Key: 'Q', Value: '' },
        { Key: 'Q', Value: '' }
      ])
    ).toThrow('Duplicate parameters: [Q]');
  });

  it('finds ids of things that are not there', () => {
    const parameter = make('List<AWS::EC2::SecurityGroup::Id>');
    expect(findMissingResource([parameter], { P: 'sg-0123456789abcdef0' })).toBeUndefined();
    expect(findMissingResource([parameter], { P: 'sg-0123456789abcdef0, sg-no' })).toContain('sg-no');
    expect(splitList(' a , b')).toEqual(['a', 'b']);
  });
});
