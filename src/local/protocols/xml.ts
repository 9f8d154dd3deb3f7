import { escapeXml } from '../moto/xml';

/** A value as AWS's XML has it: each item of a list in an element of that name, no empty members. */
export function toXml(value: unknown, item: 'item' | 'member'): string {
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.map(one => `<${item}>${toXml(one, item)}</${item}>`).join('');
  }
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => `<${key}>${toXml(member, item)}</${key}>`)
      .join('');
  }
  return escapeXml(String(value));
}
