/** ASCII only, as the warehouses fold names. toLowerCase would turn the Kelvin sign into a k. */
export function lowerCase(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
