"use strict";

// How a page writes a number: as text.py does.

const DIGITS = 5;

// A number with five digits, as Python's format(x, ".5g") writes it.
function shown(x) {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x < 0 ? "−inf" : "inf";
  if (x === 0) return "0";
  const [digits, power] = x.toExponential(DIGITS - 1).split("e");
  const exponent = Number(power);
  const far = exponent < -4 || exponent >= DIGITS;
  const size = String(Math.abs(exponent)).padStart(2, "0");
  const text = far ? `${Number(digits)}e${exponent < 0 ? "-" : "+"}${size}` : String(Number(x.toPrecision(DIGITS)));
  return text.replaceAll("-", "−");
}

// A number as an operand: (−3), since a minus sign belongs to nothing before it.
function bracketed(x) {
  const text = shown(x);
  return text.startsWith("−") ? `(${text})` : text;
}
