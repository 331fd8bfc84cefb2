import { describe, expect, it } from 'vitest';
import { gaussLegendre } from '../../../core/maths/gauss-legendre.ts';

const SIZES = [2, 3, 4, 6, 8, 12];

describe('Gauss-Legendre rule', () => {
  it('has the known nodes and weights of two and three points', () => {
    const two = gaussLegendre(2);
    expect(two.nodes[0]).toBeCloseTo(-1 / Math.sqrt(3), 14);
    expect([...two.weights].map((w) => Number(w.toFixed(13)))).toEqual([1, 1]);
    const three = gaussLegendre(3);
    expect(three.nodes[2]).toBeCloseTo(Math.sqrt(3 / 5), 14);
    expect(three.weights[1]).toBeCloseTo(8 / 9, 14);
  });

  it('integrates polynomials up to degree 2n - 1 exactly, and not the next one', () => {
    for (const n of SIZES) {
      const { nodes, weights } = gaussLegendre(n);
      const integral = (degree: number): number =>
        nodes.reduce((sum, x, i) => sum + weights[i]! * x ** degree, 0);
      for (let degree = 0; degree < 2 * n; degree++) {
        expect(integral(degree)).toBeCloseTo(degree % 2 === 0 ? 2 / (degree + 1) : 0, 13);
      }
      expect(Math.abs(integral(2 * n) - 2 / (2 * n + 1))).toBeGreaterThan(1e-8);
    }
  });

  it('integrates from each node up to 1 exactly up to degree n - 1', () => {
    for (const n of SIZES) {
      const { nodes, upper } = gaussLegendre(n);
      for (let degree = 0; degree < n; degree++) {
        for (let i = 0; i < n; i++) {
          let integral = 0;
          for (let j = 0; j < n; j++) integral += upper[i * n + j]! * nodes[j]! ** degree;
          expect(integral).toBeCloseTo((1 - nodes[i]! ** (degree + 1)) / (degree + 1), 12);
        }
      }
    }
  });
});
