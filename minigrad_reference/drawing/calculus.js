"use strict";

// The arithmetic of the page: what each operation gives, its slopes, and a whole graph forward and backward. The same as
// operations.py and play.py say; tests compare the two, and PyTorch, at random places.

const POWER = /^\*\*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/;

function sum(xs) {
  return xs.reduce((total, x) => total + x, 0);
}

// A power as IEEE 754 has it: JavaScript makes NaN of 1 ** Infinity, of 1 ** NaN and of (-1) ** Infinity.
function toThe(x, n) {
  return x === 1 || (x === -1 && Math.abs(n) === Infinity) ? 1 : x ** n;
}

// Operands w1, …, x1, …, b stand for w1 * x1 + … + b.
function halves(xs) {
  const count = (xs.length - 1) / 2;
  return [xs.slice(0, count), xs.slice(count, -1), xs[2 * count]];
}

// `slopes` takes the operands and the result. A slope of null passes back 0 whatever comes, even of infinity.
const OPERATIONS = {
  "+": { result: sum, slopes: (xs) => xs.map(() => 1) },
  "*": { result: ([a, b]) => a * b, slopes: ([a, b]) => [b, a] },
  "-": { result: ([a, b]) => a - b, slopes: () => [1, -1] },
  "/": { result: ([a, b]) => a / b, slopes: ([, b], y) => [1 / b, -(y / b)] },
  "**": {
    result: ([x, n]) => toThe(x, n),
    slopes: ([x, n], y) => [n === 0 ? 0 : n * toThe(x, n - 1), x === 0 && n >= 0 ? 0 : y * Math.log(x)],
  },
  neg: { result: ([x]) => -x, slopes: () => [-1] },
  exp: { result: ([x]) => Math.exp(x), slopes: (_, y) => [y] },
  log: { result: ([x]) => Math.log(x), slopes: ([x]) => [1 / x] },
  tanh: { result: ([x]) => Math.tanh(x), slopes: (_, y) => [1 - y * y] },
  sigmoid: { result: ([x]) => 0.5 + 0.5 * Math.tanh(x / 2), slopes: (_, y) => [y * (1 - y)] },
  relu: { result: ([x]) => Math.max(x, 0), slopes: ([x]) => [x <= 0 ? null : 1] },
  dot: {
    result: (xs) => {
      const [ws, vs, b] = halves(xs);
      return ws.reduce((total, w, i) => total + w * vs[i], b);
    },
    slopes: (xs) => {
      const [ws, vs] = halves(xs);
      return [...vs, ...ws, 1];
    },
  },
};

function operationOf(op) {
  const power = POWER.exec(op);
  if (!power) return OPERATIONS[op];
  const n = Number(power[1]);
  return { result: ([x]) => toThe(x, n), slopes: ([x]) => [n === 0 ? null : n * toThe(x, n - 1)] };
}

// The data of every node, operands first; `fixed` gives the leaves' and may give that of any other node.
function forward(nodes, fixed) {
  const data = [];
  for (const [i, node] of nodes.entries()) {
    data.push(i in fixed ? fixed[i] : node.known ? operationOf(node.op).result(node.operands.map((o) => data[o])) : node.data);
  }
  return data;
}

// Every step with its numbers: each operation forward, the seed, and each operation backward.
function played(nodes, leaves) {
  const data = forward(nodes, leaves);
  const grads = nodes.map(() => 0);
  const inner = nodes.map((_, i) => i).filter((i) => nodes[i].operands.length);
  const root = nodes.length - 1;
  grads[root] = 1;
  const back = inner.reverse().map((i) => {
    const { op, operands, known } = nodes[i];
    const slopes = known ? operationOf(op).slopes(operands.map((o) => data[o]), data[i]) : [];
    const shares = slopes.map((slope, use) => {
      const to = operands[use];
      const product = slope === null ? 0 : slope * grads[i];
      const before = grads[to];
      grads[to] += product;
      return { to, local: slope ?? 0, product, before, after: grads[to] };
    });
    return { kind: "backward", node: i, upstream: grads[i], shares };
  });
  const there = [...inner].reverse().map((node) => ({ kind: "forward", node }));
  return { data, grads, steps: [...there, { kind: "seed", node: root }, ...back] };
}

// How the root moves when a node is really moved: everything after it is computed again.
function moved(nodes, leaves, data, i, by) {
  const root = nodes.length - 1;
  return forward(nodes, { ...leaves, [i]: data[i] + by })[root] - data[root];
}
