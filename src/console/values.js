// values.js - attribute values: the ten types, how they are shown, and whether an edited one is right.
//
// Attributes have any names, "__proto__" and "constructor" among them: items are read with own() and made with Object.fromEntries, never by
// assignment to a member.

export const TYPES = {
  S: 'String',
  N: 'Number',
  B: 'Binary',
  BOOL: 'Boolean',
  NULL: 'Null',
  M: 'Map',
  L: 'List',
  SS: 'String set',
  NS: 'Number set',
  BS: 'Binary set',
};
export const KEY_TYPES = ['S', 'N', 'B'];

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export const own = (object, name) => (object != null && Object.hasOwn(object, name) ? object[name] : undefined);
export const typeOf = (value) => Object.keys(value ?? {})[0];

const bytesOf = (base64) => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

function shorten(text, room) {
  return text.length > room ? `${text.slice(0, room)}…` : text;
}

// A line of text for the value, of about that length at most; work is bounded by it, too.
export function preview(value, room = 80) {
  const type = typeOf(value);
  const content = value?.[type];
  switch (type) {
    case 'S':
    case 'N':
      return shorten(content, room);
    case 'B':
      return bytesOf(content) > 48 ? `${bytesOf(content)} bytes` : shorten(content, room);
    case 'BOOL':
      return String(content);
    case 'NULL':
      return 'null';
    case 'SS':
    case 'NS':
    case 'BS':
      return `{${joinSome(content, (element) => shorten(element, 40), room)}}`;
    case 'L':
      return `[${joinSome(content, (element) => preview(element, 30), room)}]`;
    case 'M':
      return `{${joinSome(Object.entries(content), ([name, element]) => `${shorten(name, 30)}: ${preview(element, 30)}`, room)}}`;
    default:
      return '';
  }
}

function joinSome(list, print, room) {
  let out = '';
  for (let i = 0; i < list.length; i++) {
    if (out.length > room) {
      return `${out}, … ${list.length - i} more`;
    }
    out += (i ? ', ' : '') + print(list[i]);
  }
  return out;
}

// What is wrong with the value, or null.  path names it in the answer.
export function problemOf(value, path, depth = 1) {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return `${path}: an object with a type is needed, such as {"S": "text"}`;
  }
  const types = Object.keys(value);
  if (types.length !== 1 || !Object.hasOwn(TYPES, types[0])) {
    return `${path}: exactly one of the types ${Object.keys(TYPES).join(', ')} is needed${types.length === 1 ? `, not ${types[0]}` : ''}`;
  }
  if (depth > 33) {
    return `${path}: nested too deeply`;
  }
  return problemOfContent(types[0], value[types[0]], path, depth);
}

function problemOfContent(type, content, path, depth) {
  switch (type) {
    case 'S':
      return typeof content === 'string' ? null : `${path}: S is a string`;
    case 'N':
      return typeof content === 'string' && NUMBER.test(content)
        ? null
        : `${path}: N is a string with a number, such as {"N": "3.5"}`;
    case 'B':
      return typeof content === 'string' && BASE64.test(content) ? null : `${path}: B is a string in base64`;
    case 'BOOL':
      return typeof content === 'boolean' ? null : `${path}: BOOL is true or false`;
    case 'NULL':
      return content === true ? null : `${path}: NULL is true`;
    case 'SS':
    case 'NS':
    case 'BS':
      return problemOfSet(type, content, path);
    case 'L':
      return Array.isArray(content)
        ? firstOf(
            content.map((element, i) => [`${path}[${i}]`, element]),
            depth,
          )
        : `${path}: L is a list`;
    default:
      return problemOfItem(content, path, depth);
  }
}

function problemOfSet(type, content, path) {
  if (!Array.isArray(content) || content.length === 0) {
    return `${path}: ${type} is a list with at least one element`;
  }
  for (let i = 0; i < content.length; i++) {
    const problem = problemOfContent(type[0], content[i], `${path}[${i}]`, 1);
    if (problem) {
      return problem;
    }
  }
  return new Set(content).size < content.length ? `${path}: an element is there twice` : null;
}

function firstOf(pairs, depth) {
  for (const [path, element] of pairs) {
    const problem = problemOf(element, path, depth + 1);
    if (problem) {
      return problem;
    }
  }
  return null;
}

// The same for the attributes of an item, or of a map.
export function problemOfItem(item, path = '', depth = 1) {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) {
    return path ? `${path}: M is an object` : 'An item is an object with attributes';
  }
  return firstOf(
    Object.entries(item).map(([name, value]) => [path ? `${path}.${name}` : name, value]),
    depth,
  );
}

// A value of a scalar type from what somebody typed.
export function scalar(type, text) {
  switch (type) {
    case 'BOOL':
      return { BOOL: text === 'true' };
    case 'NULL':
      return { NULL: true };
    default:
      return Object.fromEntries([[type, type === 'N' ? text.trim() : text]]);
  }
}

export const pick = (item, names) =>
  Object.fromEntries(names.filter((name) => own(item, name) !== undefined).map((name) => [name, item[name]]));

export const sameValue = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// How large a value is to handle: its number of nodes.
export function countNodes(value, most) {
  let count = 0;
  const stack = [value];
  while (stack.length > 0 && count <= most) {
    const next = stack.pop();
    const content = next[typeOf(next)];
    count++;
    if (Array.isArray(content)) {
      if (typeOf(next) === 'L') {
        stack.push(...content.slice(0, most));
      } else {
        count += content.length;
      }
    } else if (content !== null && typeof content === 'object') {
      stack.push(...Object.values(content).slice(0, most));
    }
  }
  return count;
}
