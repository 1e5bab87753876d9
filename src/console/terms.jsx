// terms.jsx - rows of a filter or a condition: attribute, operator, type, value.

import { Button, Input, Select } from './ui.jsx';
import { OPERATORS, takesValue } from './expressions.js';

const SCALARS = ['S', 'N', 'B', 'BOOL', 'NULL'];

// Those that name an attribute.
export const usable = (terms) => terms.filter(({ name }) => name !== '');

export function ValueInput({ type, value, onChange, ...rest }) {
  switch (type) {
    case 'BOOL':
      return (
        <Select
          value={value === 'true' ? 'true' : 'false'}
          onChange={onChange}
          options={['true', 'false']}
          aria-label="Value"
          {...rest}
        />
      );
    case 'NULL':
      return <input value="null" disabled aria-label="Value" />;
    default:
      return (
        <Input
          value={value}
          onChange={onChange}
          inputmode={type === 'N' ? 'decimal' : undefined}
          placeholder={{ N: '0', B: 'base64' }[type] ?? ''}
          aria-label="Value"
          {...rest}
        />
      );
  }
}

export function Terms({ terms, onChange, label }) {
  const set = (i, part) => onChange(terms.map((term, at) => (at === i ? { ...term, ...part } : term)));
  return terms.map((term, i) => (
    <div class="term" key={i} role="group" aria-label={label}>
      <Input
        name="attribute"
        placeholder="attribute"
        aria-label="Attribute"
        value={term.name}
        onChange={(name) => set(i, { name })}
      />
      <Select
        name="operator"
        aria-label="Operator"
        value={term.operator}
        onChange={(operator) => set(i, { operator })}
        options={OPERATORS}
      />
      {takesValue(term.operator) && (
        <>
          <Select
            name="type"
            aria-label="Type"
            value={term.type}
            onChange={(type) => set(i, { type, text: type === 'BOOL' ? 'false' : '' })}
            options={SCALARS}
          />
          <ValueInput type={term.type} name="value" value={term.text} onChange={(text) => set(i, { text })} />
          {term.operator === 'between' && (
            <ValueInput
              type={term.type}
              name="value-2"
              value={term.text2 ?? ''}
              onChange={(text2) => set(i, { text2 })}
            />
          )}
        </>
      )}
      <Button
        icon="close"
        kind="quiet"
        label={`Remove the ${label.toLowerCase()}`}
        onClick={() => onChange(terms.filter((_, at) => at !== i))}
      />
    </div>
  ));
}
