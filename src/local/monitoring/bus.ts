/** EventBridge's default bus of one region: rules, and whom they told. */

/** A rule as it was put. */
export interface IRule {
  name: string;
  description?: string;
  /** JSON text, as it came. */
  pattern: string;
  state: string;
  targets: Map<string, { Id: string; Arn: string }>;
  tags: Record<string, string>;
}

/** What a target was told. */
export interface INotification {
  rule: string;
  target: string;
  event: object;
}

export class EventBus {
  readonly rules = new Map<string, IRule>();
  readonly told: INotification[] = [];

  /** Tell every target whose rule the event matches. */
  publish(event: object): void {
    for (const rule of this.rules.values()) {
      if (rule.state === 'ENABLED' && matches(JSON.parse(rule.pattern), event)) {
        this.told.push(...[...rule.targets.values()].map(({ Arn }) => ({ rule: rule.name, target: Arn, event })));
      }
    }
  }
}

/** A list matches one of its values, an object each of its members: of EventBridge's patterns what pipelines use. */
export function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) {
    return pattern.includes(value);
  }
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(pattern as object).every(([key, inner]) => matches(inner, (value as Record<string, unknown>)[key]))
  );
}
