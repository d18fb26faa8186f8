/** A node of a syntax tree, as DuckDB's json_serialize_sql gives it. */
export type Node = Readonly<Record<string, unknown>>;

/** Parses SELECTs, each to the tree of its query, or undefined if it cannot be parsed. */
export type ParseSelects = (sqls: readonly string[]) => Promise<readonly (Node | undefined)[]>;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A node below another one. */
export function nodeAt(node: Node | undefined, key: string): Node | undefined {
  const value = node?.[key];
  return isNode(value) ? value : undefined;
}

/** Those of the nodes below a node that are there. */
export function theseAt(node: Node, ...keys: readonly string[]): readonly Node[] {
  return keys.map((key) => node[key]).filter(isNode);
}

/** The nodes of a list below a node; empty if there is none. */
export function nodesAt(node: Node | undefined, key: string): readonly Node[] {
  const value = node?.[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** A text of a node, in lower case, as engines read a name; empty if there is none. */
export function nameAt(node: Node | undefined, key: string): string {
  const value = node?.[key];
  return typeof value === 'string' ? value.toLowerCase() : '';
}

/** A list of names below a node. */
export function namesAt(node: Node | undefined, key: string): readonly string[] {
  const value = node?.[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').map((one) => one.toLowerCase()) : [];
}

/** The nodes right below a node, under whatever names. */
export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node).flat().filter(isNode);
}

/** All tables that are named below a node. */
export function tablesBelow(node: Node): readonly string[] {
  const own = node['type'] === 'BASE_TABLE' ? [nameAt(node, 'table_name')] : [];
  return [...own, ...childrenOf(node).flatMap(tablesBelow)];
}
