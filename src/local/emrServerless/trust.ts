/** Whether a role's trust policy lets EMR Serverless assume it for one application. */

/** Who asks, in the words of condition keys. */
export interface ITrustContext {
  'aws:SourceArn': string;
  'aws:SourceAccount': string;
}

interface IStatement {
  Effect?: string;
  Principal?: string | { Service?: string | string[] };
  Action?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

const PRINCIPAL = 'emr-serverless.amazonaws.com';

/** @param policy - the document, parsed; statements with conditions that are not known here do not hold */
export function trusts(policy: unknown, context: ITrustContext): boolean {
  const { Statement = [] } = policy as { Statement?: IStatement | IStatement[] };
  const matching = list(Statement).filter(
    statement =>
      list(statement.Action).some(action => wild(action, 'sts:AssumeRole')) &&
      names(statement.Principal) &&
      holds(statement.Condition, context)
  );
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

function names(principal: IStatement['Principal']): boolean {
  return typeof principal === 'string' ? principal === '*' : list(principal?.Service).includes(PRINCIPAL);
}

function holds(condition: IStatement['Condition'], context: ITrustContext): boolean {
  return Object.entries(condition ?? {}).every(([operator, tests]) =>
    Object.entries(tests).every(([key, values]) => {
      const actual = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1] as
        string | undefined;
      const [, kind, optional] = /^(\w+?)(IfExists)?$/.exec(operator) ?? [];
      if (actual === undefined) {
        return optional !== undefined;
      }
      switch (kind) {
        case 'StringEquals':
          return list(values).includes(actual);
        case 'StringEqualsIgnoreCase':
          return list(values).some(value => value.toLowerCase() === actual.toLowerCase());
        case 'StringLike':
        case 'ArnLike':
        case 'ArnEquals':
          return list(values).some(value => wild(value, actual));
        default:
          return false;
      }
    })
  );
}

function wild(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'i').test(text);
}

function list<T>(value: T | T[] | undefined): T[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
