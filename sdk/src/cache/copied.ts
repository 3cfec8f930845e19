/** A copy of an answer, or a promise of one, that its receiver may change. Functions in it are refused by structuredClone: it throws. */
export function copied(answer: unknown): unknown {
  return answer instanceof Promise ? answer.then((value: unknown) => copyOf(value)) : copyOf(answer)
}

function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value
}
