import { serialization, UNCERTAIN, validation } from './errors.ts';

/** Throws if a value breaks a constraint: SerializationException for its type, ValidationException for the rest. */
export type Rule = (value: unknown, at: string) => void;

interface StringLimits {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
  /** The service's own message instead of the general one. */
  readonly message?: string;
}

interface Range {
  readonly min: number;
  readonly max?: number;
}

/** A string within limits. */
export function string(limits: StringLimits): Rule {
  return (value, at) => {
    if (typeof value !== 'string') {
      throw serialization(`${at} is not a string`);
    }
    const broken = brokenLimit(value, limits);
    if (broken !== undefined) {
      throw validation(limits.message ?? UNCERTAIN.violation(at, broken));
    }
  };
}

function brokenLimit(value: string, { min = 0, max = Number.POSITIVE_INFINITY, pattern, values }: StringLimits) {
  if (value.length < min) {
    return `have length greater than or equal to ${min}`;
  }
  if (value.length > max) {
    return `have length less than or equal to ${max}`;
  }
  if (pattern?.test(value) === false) {
    return `satisfy regular expression pattern: ${pattern.source}`;
  }
  return values?.includes(value) === false ? `satisfy enum value set: [${values.join(', ')}]` : undefined;
}

/** An integer within a range. */
export function integer({ min, max = Number.POSITIVE_INFINITY }: Range): Rule {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) {
      throw serialization(`${at} is not an integer`);
    }
    if (value < min || value > max) {
      throw validation(UNCERTAIN.violation(at, `have value between ${min} and ${max}`));
    }
  };
}

export const flag: Rule = (value, at) => {
  if (typeof value !== 'boolean') {
    throw serialization(`${at} is not a boolean`);
  }
};

/** A list with a limited number of elements. */
export function list(element: Rule, { min, max = Number.POSITIVE_INFINITY }: Range): Rule {
  return (value, at) => {
    if (!Array.isArray(value)) {
      throw serialization(`${at} is not a list`);
    }
    if (value.length < min || value.length > max) {
      throw validation(UNCERTAIN.violation(at, `have length between ${min} and ${max}`));
    }
    for (const [index, item] of value.entries()) {
      element(item, `${at}.${index + 1}.member`);
    }
  };
}

/** An object with rules for its members. Members without a rule are ignored, as the service ignores unknown ones. */
export function record(rules: { members: Readonly<Record<string, Rule>>; required: readonly string[] }): Rule {
  return (value, at) => {
    if (!isRecord(value)) {
      throw serialization(`${at} is not an object`);
    }
    const path = at === '' ? '' : `${at}.`;
    for (const name of rules.required.filter((required) => value[required] === undefined)) {
      throw validation(UNCERTAIN.violation(`${path}${name}`, 'not be null'));
    }
    for (const [name, rule] of Object.entries(rules.members)) {
      if (value[name] !== undefined) {
        rule(value[name], `${path}${name}`);
      }
    }
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
