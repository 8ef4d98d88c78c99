"use strict";

// Predict first: the next number is asked for before it is shown, and a wrong answer is matched with the belief that
// would give it.

// What to ask of a step: the number to be foreseen, and the beliefs that lead to others.
function questionOf(nodes, data, step) {
  if (step.kind === "forward") return askData(nodes, data, step);
  if (step.kind === "seed") return askSeed(nodes, data, step);
  return step.shares.length ? askGrad(nodes, data, step) : null;
}

function askData(nodes, data, { node: i }) {
  const { name, op, operands, known } = nodes[i];
  if (!known) return null;
  const [a, b] = operands.map((o) => data[o]);
  const beliefs = [
    [a + b, "that is the sum, and the operation is another.", op !== "+"],
    [a * b, "that is the product, and the operation is another.", op !== "*"],
    [b - a, "that takes the first from the second; the order of the operands counts.", op === "-"],
    [b / a, "that divides the second by the first; the order of the operands counts.", op === "/"],
    [a * Number(op.slice(2)), "that multiplies by the exponent; a power multiplies the value with itself.", /^\*\*./.test(op)],
    [a, "that is the operand as it was, before the operation.", operands.length === 1],
    [-data[i], "the sign is lost on the way."],
    [1 - Math.tanh(a) ** 2, "that is the slope; on the way forward only the result counts.", op === "tanh"],
  ];
  return { ask: `${name}.data`, right: data[i], beliefs: held(beliefs) };
}

function askSeed(nodes, data, { node: i }) {
  const { name } = nodes[i];
  return {
    ask: `${name}.grad`,
    right: 1,
    beliefs: held([
      [0, `every gradient begins as 0, but how fast ${name} changes with itself is known: as fast as itself.`],
      [data[i], `that is ${name}.data. The gradient asks how fast ${name} changes with itself, whatever its value is.`],
    ]),
  };
}

// Of all receivers the one from which most can be learnt: whose gradient is a sum of shares.
function askGrad(nodes, data, { node: i, upstream, shares }) {
  const of = (to) => shares.filter((share) => share.to === to);
  const weight = ({ to, before }) => of(to).length * 2 + (before !== 0 ? 3 : 0);
  const { to } = shares.reduce((best, share) => (weight(share) > weight(best) ? share : best));
  const mine = of(to);
  const right = mine.at(-1).after;
  const { before, local, product } = mine[0];
  const [giver, name] = [nodes[i].name, nodes[to].name];
  const own = data[to] * upstream;
  const beliefs = [
    [right - before, `that replaces the ${shown(before)} that ${name} has from before. Each use of ${name} adds its share: gradients accumulate.`, before !== 0],
    [before + product, `that counts one use; ${giver} uses ${name} ${mine.length} times, and each use adds a share.`, mine.length > 1],
    [product, `that is one share by itself. Every share is added to what is there.`, mine.length > 1 || before !== 0],
    [before, `that is what ${name} had before this step; ${giver} adds a share now.`],
    [before + mine.length * local, `that is the local derivative alone. It is still to be multiplied by the upstream gradient, ${giver}.grad = ${shown(upstream)}.`],
    [before + upstream, `that hands the upstream gradient on as it is. It is still to be multiplied by the local derivative, ${shown(local)}.`],
    [before + local + upstream, "that adds local and upstream; the chain rule multiplies them."],
    [before + own, `that multiplies by ${name}'s own data. The slope of a product by one factor is the other factor.`, nodes[i].op === "*"],
    [before - (right - before), "the sign of the share is lost on the way."],
    [data[to], `that is ${name}.data; asked is how fast the result changes with ${name}.`],
  ];
  return { ask: `${name}.grad`, right, beliefs: held(beliefs) };
}

function held(beliefs) {
  return beliefs.filter(([, , holds = true]) => holds).map(([number, words]) => ({ number, words }));
}

function isNear(right, answer) {
  return Math.abs(answer - right) <= Math.max(5e-3 * Math.abs(right), 5e-4);
}

// What is said of an answer: whether it is right, and of a wrong one which belief gives it.
function judged({ ask, right, beliefs }, text) {
  const answer = Number(text.trim().replaceAll("−", "-").replace(",", ".") || NaN);
  if (Number.isNaN(answer)) return { right: false, words: "Type a number, such as −1.5." };
  if (isNear(right, answer)) return { right: true, words: `Right: ${ask} is ${shown(right)}.` };
  const belief = beliefs.find(({ number }) => Number.isFinite(number) && isNear(number, answer) && !isNear(right, number));
  return { right: false, words: belief ? `Not ${shown(answer)}: ${belief.words}` : `Not ${shown(answer)}. Look at the numbers once more, or show the step.` };
}
