import type { DescribeProvisioningParametersOutput, ProvisioningArtifactParameter } from '../../aws';
import type { IProductForm, IProvisionRequest } from '../../protocol';
import type { ISchema } from '../form';
import { parameterKind, productForm } from '../form';
import { checkName, provisionValues } from '../formValues';

const ID = { productId: 'prod-1', versionId: 'pa-1' };

function formOf(answer: DescribeProvisioningParametersOutput): IProductForm {
  return productForm(ID, answer);
}

function fieldOf(parameter: ProvisioningArtifactParameter): {
  schema: ISchema;
  ui: Record<string, unknown>;
  required: boolean;
} {
  const form = formOf({ ProvisioningArtifactParameters: [{ ParameterKey: 'P', ...parameter }] });
  const parameters = (form.schema['properties'] as Record<string, ISchema>)['parameters'];
  return {
    schema: parameters.properties?.['P'] ?? {},
    ui: (form.uiSchema['parameters'] as Record<string, Record<string, unknown>>)['P'],
    required: parameters.required?.includes('P') ?? false
  };
}

async function send(
  parameters: ProvisioningArtifactParameter[],
  request: Partial<IProvisionRequest>,
  more: DescribeProvisioningParametersOutput = {}
) {
  const answer = { ProvisioningArtifactParameters: parameters, ...more };
  return provisionValues(formOf(answer), parameters, { parameters: {}, ...request });
}

describe('parameterKind', () => {
  it.each([
    [undefined, 'string'],
    ['String', 'string'],
    ['Number', 'number'],
    ['CommaDelimitedList', 'strings'],
    ['List<Number>', 'numbers'],
    ['List<String>', 'strings'],
    ['List<AWS::EC2::Subnet::Id>', 'strings'],
    ['AWS::EC2::Subnet::Id', 'string'],
    ['AWS::SSM::Parameter::Value<List<String>>', 'string'],
    ['something new', 'string']
  ])('%s is %s', (type, kind) => {
    expect(parameterKind(type)).toBe(kind);
  });
});

describe('productForm', () => {
  it('makes text with its lengths and pattern for the whole value', () => {
    const { schema, ui, required } = fieldOf({
      ParameterType: 'String',
      Description: 'Who pays.',
      ParameterConstraints: {
        AllowedPattern: '[A-Z]{3}',
        MinLength: '3',
        MaxLength: '3',
        ConstraintDescription: 'three capitals'
      }
    });
    expect(schema).toEqual({
      type: 'string',
      title: 'P',
      description: 'Who pays.',
      pattern: '^(?:[A-Z]{3})$',
      minLength: 3,
      maxLength: 3
    });
    expect(ui).toEqual({ 'ui:options': { constraintDescription: 'three capitals' } });
    expect(required).toBe(true);
  });

  it('turns the texts of numbers to numbers', () => {
    const { schema, required } = fieldOf({
      ParameterType: 'Number',
      DefaultValue: '2',
      ParameterConstraints: { MinValue: '1', MaxValue: '2.5' }
    });
    expect(schema).toEqual({ type: 'number', title: 'P', minimum: 1, maximum: 2.5, default: 2 });
    expect(required).toBe(false);
    expect(
      fieldOf({ ParameterType: 'Number', ParameterConstraints: { AllowedValues: ['1.0', '2', '2'] } }).schema
    ).toMatchObject({ type: 'number', enum: [1, 2] });
  });

  it('makes lists, their items constrained', () => {
    expect(fieldOf({ ParameterType: 'List<Number>', DefaultValue: '64, 128' }).schema).toMatchObject({
      type: 'array',
      items: { type: 'number' },
      default: [64, 128]
    });
    const choice = fieldOf({
      ParameterType: 'CommaDelimitedList',
      DefaultValue: 'Spark,Livy',
      ParameterConstraints: { AllowedValues: ['Spark', 'Livy', 'Hive'] }
    });
    expect(choice.schema).toMatchObject({
      type: 'array',
      uniqueItems: true,
      items: { type: 'string', enum: ['Spark', 'Livy', 'Hive'] },
      default: ['Spark', 'Livy']
    });
    expect(choice.ui['ui:widget']).toBe('checkboxes');
  });

  it('hides what must not be echoed, its default too', () => {
    const { schema, ui, required } = fieldOf({ IsNoEcho: true, DefaultValue: 'hunter2' });
    expect(ui['ui:widget']).toBe('password');
    expect(JSON.stringify(schema)).not.toContain('hunter2');
    expect(required).toBe(false);
  });

  it('shows what an AWS type looks like', () => {
    expect(fieldOf({ ParameterType: 'AWS::EC2::Subnet::Id' }).ui['ui:placeholder']).toMatch(/^subnet-/);
  });

  it('leaves a pattern that JavaScript cannot say to the server, and says so', () => {
    const { schema } = fieldOf({ ParameterConstraints: { AllowedPattern: '(?i)abc' } });
    expect(schema.pattern).toBeUndefined();
    expect(schema.description).toBe('Must match (?i)abc (checked by the server).');
  });

  it('is not thrown off by anything a server may say', () => {
    expect(
      fieldOf({ ParameterType: 'Number', ParameterConstraints: { MinValue: 'ten', MaxValue: '' } }).schema
    ).toEqual({
      type: 'number',
      title: 'P'
    });
    expect(fieldOf({ ParameterConstraints: { MinLength: '9', MaxLength: '2' } }).schema).toEqual({
      type: 'string',
      title: 'P'
    });
    expect(
      fieldOf({ ParameterType: 'Number', ParameterConstraints: { AllowedValues: ['1', 'many'] } }).schema
    ).toMatchObject({
      type: 'string',
      enum: ['1', 'many']
    });
    // A default that is none of the choices: the server still knows it.
    const odd = fieldOf({ DefaultValue: 'x', ParameterConstraints: { AllowedValues: ['a'] } });
    expect(odd.schema.default).toBeUndefined();
    expect(odd.required).toBe(false);
    const form = formOf({
      ProvisioningArtifactParameters: [{}, { ParameterKey: '__proto__' }, { ParameterKey: 'A' }, { ParameterKey: 'A' }],
      TagOptions: [{ Key: 'T' }, { Values: ['x'] }, { Key: '__proto__', Values: ['x'] }],
      UsageInstructions: [{}]
    });
    const parameters = (form.schema['properties'] as Record<string, ISchema>)['parameters'];
    expect(Object.keys(parameters.properties ?? {})).toEqual(['A']);
    expect(form.schema['properties']).not.toHaveProperty('tags');
    expect(form.instructions).toEqual([]);
    expect(formOf({}).schema).toMatchObject({ type: 'object' });
  });

  it('keeps the order, makes selects of tag options and hands instructions on', () => {
    const form = formOf({
      ProvisioningArtifactParameters: [{ ParameterKey: 'Z' }, { ParameterKey: 'A', DefaultValue: '' }],
      TagOptions: [
        { Key: 'Cost', Values: ['1', '2'] },
        { Key: 'Env', Values: ['prod'] }
      ],
      UsageInstructions: [{ Type: 'rules', Value: 'Be kind.' }]
    });
    expect(form.uiSchema['parameters']).toMatchObject({ 'ui:order': ['Z', 'A'] });
    const { parameters, tags } = form.schema['properties'] as Record<string, ISchema>;
    expect(parameters.required).toEqual(['Z']);
    expect(tags).toMatchObject({
      required: ['Cost', 'Env'],
      properties: { Cost: { enum: ['1', '2'] }, Env: { enum: ['prod'], default: 'prod' } }
    });
    expect(form.instructions).toEqual([{ type: 'rules', value: 'Be kind.' }]);
  });
});

describe('provisionValues', () => {
  const number = { ParameterKey: 'N', ParameterType: 'Number', ParameterConstraints: { MinValue: '1', MaxValue: '8' } };
  const list = { ParameterKey: 'L', ParameterType: 'CommaDelimitedList', DefaultValue: 'a' };

  it('writes numbers, lists and texts as Service Catalog takes them', async () => {
    const allowed = { ParameterKey: 'E', ParameterType: 'Number', ParameterConstraints: { AllowedValues: ['1.0'] } };
    const values = await send([number, list, allowed], { parameters: { N: 2.5, L: ['a', 'b'], E: 1 } });
    expect(values.parameters).toEqual([
      { Key: 'N', Value: '2.5' },
      { Key: 'L', Value: 'a,b' },
      { Key: 'E', Value: '1.0' }
    ]);
  });

  it('takes a command line’s texts', async () => {
    const values = await send([number, list], { parameters: { N: '3', L: 'a, b' } });
    expect(values.parameters.map(one => one.Value)).toEqual(['3', 'a,b']);
  });

  it('sends neither defaults nor secrets left empty', async () => {
    const secret = { ParameterKey: 'S', IsNoEcho: true, DefaultValue: '****' };
    expect((await send([list, secret], { parameters: { S: '' } })).parameters).toEqual([]);
  });

  it.each([
    [{ N: 9 }, 'Parameter "N": 9 is more than 8.'],
    [{ N: 'many' }, 'Parameter "N": "many" is not of type number.'],
    [{}, 'Parameter "N" is needed: it has no default.'],
    [{ N: 1, L: ['a,b'] }, 'Parameter "L" (item 1): "a,b" holds a comma.'],
    [{ N: 1, X: 1 }, 'The product has no parameter "X" (it has N, L).'],
    [{ N: 1, toString: 1 }, 'The product has no parameter "toString" (it has N, L).']
  ])('%j: %s', async (parameters, message) => {
    await expect(send([number, list], { parameters })).rejects.toMatchObject({ code: 'InvalidParameter', message });
  });

  it('says the administrator’s rule, and never a secret', async () => {
    const secret = {
      ParameterKey: 'S',
      IsNoEcho: true,
      ParameterConstraints: { MinLength: '8', AllowedPattern: '[a-z]+', ConstraintDescription: 'eight letters.' }
    };
    const error: unknown = await send([secret], { parameters: { S: 'HUNTER2' } }).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error)).not.toContain('HUNTER2');
    expect((error as Error).message).toContain('Parameter "S": is shorter than 8 (eight letters).');
  });

  it('fills in a tag that has one value, and asks for one that has several', async () => {
    const TagOptions = [
      { Key: 'Cost', Values: ['1', '2'] },
      { Key: 'Env', Values: ['prod'] }
    ];
    const values = await send([], { tags: { Cost: '2' } }, { TagOptions });
    expect(values.tags).toEqual([
      { Key: 'Cost', Value: '2' },
      { Key: 'Env', Value: 'prod' }
    ]);
    await expect(send([], {}, { TagOptions })).rejects.toMatchObject({
      message: 'Tag "Cost" is needed: it has no default.'
    });
  });
});

describe('checkName', () => {
  it.each(['a', 'A-1._x', 'x'.repeat(128)])('takes %s', name => expect(() => checkName(name)).not.toThrow());
  it.each(['', '-a', 'a b', 'ä', 'x'.repeat(129), undefined])('refuses %s', name =>
    expect(() => checkName(name)).toThrow(/cannot be the name/)
  );
});
