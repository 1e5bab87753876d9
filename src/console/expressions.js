// expressions.js - conditions that somebody chose, as expressions with names and values.
//
// A term is {name, operator, type, text, text2}.  Names and values always go through placeholders, so they may be anything.

import { scalar } from './values.js';

export const OPERATORS = {
  '=': 'equals',
  '<>': 'is not',
  '<': 'less than',
  '<=': 'at most',
  '>': 'greater than',
  '>=': 'at least',
  between: 'between',
  begins_with: 'begins with',
  contains: 'contains',
  exists: 'exists',
  absent: 'does not exist',
};
export const SORT_OPERATORS = ['=', '<', '<=', '>', '>=', 'between', 'begins_with'];
export const takesValue = (operator) => operator !== 'exists' && operator !== 'absent';

// Collects placeholders over several expressions of one request.
export class Expressions {
  constructor() {
    this.names = [];
    this.values = [];
  }

  name(name) {
    const at = this.names.indexOf(name);
    return `#n${at >= 0 ? at : this.names.push(name) - 1}`;
  }

  value(value) {
    return `:v${this.values.push(value) - 1}`;
  }

  term({ name, operator, type, text, text2 }) {
    const attribute = this.name(name);
    switch (operator) {
      case 'exists':
        return `attribute_exists(${attribute})`;
      case 'absent':
        return `attribute_not_exists(${attribute})`;
      case 'between':
        return `${attribute} BETWEEN ${this.value(scalar(type, text))} AND ${this.value(scalar(type, text2 ?? ''))}`;
      case 'begins_with':
      case 'contains':
        return `${operator}(${attribute}, ${this.value(scalar(type, text))})`;
      default:
        return `${attribute} ${operator} ${this.value(scalar(type, text))}`;
    }
  }

  all(terms) {
    return terms.map((term) => this.term(term)).join(' AND ');
  }

  // The members of a request, without those that would be empty.
  members() {
    return {
      ...(this.names.length > 0 && {
        ExpressionAttributeNames: Object.fromEntries(this.names.map((name, i) => [`#n${i}`, name])),
      }),
      ...(this.values.length > 0 && {
        ExpressionAttributeValues: Object.fromEntries(this.values.map((value, i) => [`:v${i}`, value])),
      }),
    };
  }
}
