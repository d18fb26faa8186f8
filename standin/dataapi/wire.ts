/** Text that goes into the JSON unchanged: digits beyond 2^53, numbers in Java's spelling. */
export class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The values of a response. Members that are undefined are left out, as in the service, which never sends null. */
export type Wire = string | number | boolean | Raw | undefined | readonly Wire[] | { readonly [member: string]: Wire };

/**
 * Renders a response: keys in alphabetical order, absent members omitted (as captured in github.com/aws/aws-sdk issue
 * 356).
 */
export function render(value: Wire): string {
  if (value instanceof Raw) {
    return value.text;
  }
  if (isList(value)) {
    return `[${value.map(render).join(',')}]`;
  }
  return typeof value === 'object' ? renderMembers(value) : JSON.stringify(value);
}

function renderMembers(value: Readonly<Record<string, Wire>>): string {
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${render(value[name])}`);
  return `{${members.join(',')}}`;
}

// Array.isArray does not narrow readonly arrays.
function isList(value: Wire): value is readonly Wire[] {
  return Array.isArray(value);
}

/**
 * A timestamp as the service writes it: epoch seconds, a Java double, `1.664378639639E9`
 * (captured in github.com/aws/aws-sdk issue 356). An ISO string would make the JavaScript SDK throw.
 */
export function timestamp(milliseconds: number): Raw {
  const [mantissa = '0', exponent = '0'] = (milliseconds / 1000).toExponential().split('e+');
  return new Raw(`${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${exponent}`);
}
