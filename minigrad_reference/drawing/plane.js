"use strict";

// The plane of the inputs as every neuron sees it, small, and large with the line, the samples and the cross.

function colour(x, reach) {
  const strength = Math.min(1, Math.abs(x) / (reach || 1));
  const full = x > 0 ? colours.tones.above : colours.tones.below;
  return colours.tones.page.map((part, i) => Math.round(part + (full[i] - part) * strength));
}

// One number for each point of the grid, as an image; the first row is at the top.
function paint(canvas, values) {
  const reach = Math.max(...values.map(Math.abs));
  const image = new ImageData(GRID, GRID);
  values.forEach((x, k) => image.data.set([...colour(x, reach), 255], 4 * k));
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function gridPoint(k) {
  const [column, row] = [k % GRID, Math.floor(k / GRID)];
  return [span[0][0] + ((column + 0.5) * (span[0][1] - span[0][0])) / GRID, span[1][1] - ((row + 0.5) * (span[1][1] - span[1][0])) / GRID];
}

function paintPlanes(layers) {
  const grid = Array.from({ length: GRID * GRID }, (_, k) => outputs(layers, gridPoint(k)));
  neurons.forEach((column, layer) => column.forEach(({ canvas }, i) => paint(canvas, grid.map((out) => out[layer][i]))));
  const [layer, i] = chosen ?? [sizes.length - 1, 0];
  paintField(neurons[layer][i].canvas, grid.map((out) => out.at(-1)[0]));
}

// The large plane: the chosen neuron's map, the line where the score is 0, the samples, and the cross.
function paintField(map, scores) {
  const context = byId("plane").getContext("2d");
  context.imageSmoothingEnabled = true;
  context.drawImage(map, 0, 0, SIDE, SIDE);
  context.strokeStyle = colours.ink;
  context.lineWidth = 2.5;
  context.stroke(new Path2D(zeroLine(scores)));
  inputs.forEach((point, k) => {
    mark(context, toField(point), labels[k] > 0);
    if (outputs(frames[at].layers, point).at(-1)[0] > 0 !== labels[k] > 0) strike(context, toField(point));
  });
  const [x, y] = toField(cursor);
  context.strokeStyle = colours.ink;
  context.lineWidth = 2.5;
  context.stroke(new Path2D(`M${x - 12} ${y}h24M${x} ${y - 12}v24`));
}

// Where the score is 0: a piece of line through each square of the grid in which it changes its sign.
function zeroLine(scores) {
  const cell = SIDE / GRID;
  const pieces = [];
  scores.forEach((_, k) => {
    const [column, row] = [k % GRID, Math.floor(k / GRID)];
    if (column + 1 === GRID || row + 1 === GRID) return;
    const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => ({ x: (column + x + 0.5) * cell, y: (row + y + 0.5) * cell, score: scores[k + x + y * GRID] }));
    const crossed = corners.flatMap((one, i) => between(one, corners[(i + 1) % 4]));
    for (let i = 0; i + 1 < crossed.length; i += 2) pieces.push(`M${crossed[i]}L${crossed[i + 1]}`);
  });
  return pieces.join("");
}

function between(one, other) {
  if (one.score > 0 === other.score > 0) return [];
  const share = one.score / (one.score - other.score);
  return [`${one.x + share * (other.x - one.x)} ${one.y + share * (other.y - one.y)}`];
}

function mark(context, [x, y], isAbove) {
  context.fillStyle = isAbove ? colours.above : colours.below;
  context.strokeStyle = colours.page;
  context.lineWidth = 1.5;
  const shape = new Path2D(isAbove ? "" : `M${x} ${y - 6}l5.5 10h-11z`);
  if (isAbove) shape.arc(x, y, 5, 0, 7);
  context.fill(shape);
  context.stroke(shape);
}

function strike(context, [x, y]) {
  context.strokeStyle = colours.bad;
  context.lineWidth = 2.5;
  context.stroke(new Path2D(`M${x - 6} ${y - 6}l12 12m0 -12l-12 12`));
}

function toField([x, y]) {
  return [((x - span[0][0]) / (span[0][1] - span[0][0])) * SIDE, ((span[1][1] - y) / (span[1][1] - span[1][0])) * SIDE];
}
