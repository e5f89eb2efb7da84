import { createRng, shuffled } from "@/shared/lib/rng";
import type { MapView } from "../logic/map-view";

export interface PointStyle {
  /** Red, green and blue of each group, 0 … 1. */
  readonly colours: readonly (readonly [number, number, number])[];
  /** Drawn as a hollow square, so that colour is not the only cue; −1 for none. */
  readonly hollow: number;
  /** Diameter in pixels of the canvas. */
  readonly size: number;
  /** How many of the points are drawn, 0 … 1; the same random ones each time. */
  readonly share: number;
}

export interface PointRenderer {
  /** [count × 2] places in the unit square, y downwards. */
  setPoints(points: Float32Array): void;
  /** [count] groups. */
  setGroups(groups: Uint8Array): void;
  /** [count] 1 = shown in full, 0 = faded. */
  setChosen(chosen: Uint8Array): void;
  draw(view: MapView, style: PointStyle): void;
  /** Returns when what was asked for has been drawn, where the platform can tell. */
  wait(): void;
  dispose(): void;
}

const GROUPS = 8;

const VERTEX = `#version 300 es
in vec2 place;
in float group;
in float chosen;
uniform vec2 centre;
uniform float zoom;
uniform float size;
uniform vec3 colours[${GROUPS}];
uniform float hollow;
out vec4 tint;
flat out float isHollow;
void main() {
  vec2 at = (place - centre) * zoom * 2.0;
  gl_Position = vec4(at.x, -at.y, 0.0, 1.0);
  isHollow = group == hollow ? 1.0 : 0.0;
  gl_PointSize = size + isHollow;
  tint = vec4(colours[int(group)], chosen > 0.5 ? 0.85 : 0.1);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 tint;
flat in float isHollow;
uniform float size;
out vec4 colour;
void main() {
  vec2 from = abs(gl_PointCoord - 0.5) * 2.0;
  float edge = 2.0 / max(size, 2.0);
  float disc = 1.0 - smoothstep(1.0 - edge, 1.0, length(from));
  float frame = step(1.0 - 1.5 * edge, max(from.x, from.y));
  float cover = tint.a * (isHollow > 0.5 ? frame : disc);
  colour = vec4(tint.rgb * cover, cover);
}`;

/** Undefined where a driver refuses the shaders, or the context is lost. */
function link(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (shader === null) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) === true ? program : undefined;
}

/**
 * Draws points with WebGL 2, one call for all of them.
 *
 * @returns undefined where the browser has no WebGL 2 that works.
 */
export function createWebGlPoints(canvas: HTMLCanvasElement): PointRenderer | undefined {
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
  if (gl === null) return undefined;
  const program = link(gl);
  if (program === undefined) return undefined;
  const uniform = (name: string) => gl.getUniformLocation(program, name);
  const uniforms = {
    centre: uniform("centre"),
    zoom: uniform("zoom"),
    size: uniform("size"),
    hollow: uniform("hollow"),
    colours: uniform("colours"),
  };
  let count = 0;
  const buffers = new Map<string, WebGLBuffer>();
  const upload = (name: string, data: Float32Array | Uint8Array, width: number): void => {
    const buffer = buffers.get(name) ?? gl.createBuffer();
    buffers.set(name, buffer);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    const at = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(at);
    const type = data instanceof Uint8Array ? gl.UNSIGNED_BYTE : gl.FLOAT;
    gl.vertexAttribPointer(at, width, type, false, 0, 0);
  };
  // In random order the first ones stand for all.
  let order: readonly number[] = [];
  const inOrder = (values: Uint8Array) => Uint8Array.from(order, (i) => values[i]!);
  return {
    setPoints(points) {
      if (points.length / 2 !== count) {
        count = points.length / 2;
        order = shuffled(
          Array.from({ length: count }, (_, i) => i),
          createRng(1),
        );
      }
      const places = new Float32Array(points.length);
      for (const [at, i] of order.entries()) {
        places[2 * at] = points[2 * i]!;
        places[2 * at + 1] = points[2 * i + 1]!;
      }
      upload("place", places, 2);
    },
    setGroups: (groups) => upload("group", inOrder(groups), 1),
    setChosen: (chosen) => upload("chosen", inOrder(chosen), 1),
    draw({ centre, zoom }, { colours, hollow, size, share }) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      gl.useProgram(program);
      gl.uniform2f(uniforms.centre, centre[0], centre[1]);
      gl.uniform1f(uniforms.zoom, zoom);
      gl.uniform1f(uniforms.size, size);
      gl.uniform1f(uniforms.hollow, hollow);
      const flat = Float32Array.from({ length: 3 * GROUPS }, (_, i) => {
        return colours[Math.floor(i / 3) % colours.length]![i % 3]!;
      });
      gl.uniform3fv(uniforms.colours, flat);
      gl.drawArrays(gl.POINTS, 0, Math.ceil(share * count));
    },
    wait: () => gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)),
    dispose() {
      for (const buffer of buffers.values()) gl.deleteBuffer(buffer);
      gl.deleteProgram(program);
    },
  };
}

/** The same on a plain canvas, for browsers without WebGL 2 and after a lost context. */
export function createPlainPoints(canvas: HTMLCanvasElement): PointRenderer | undefined {
  const context = canvas.getContext("2d");
  if (context === null) return undefined;
  let points = new Float32Array(0);
  let groups = new Uint8Array(0);
  let chosen = new Uint8Array(0);
  return {
    setPoints: (next) => void (points = next as Float32Array<ArrayBuffer>),
    setGroups: (next) => void (groups = next as Uint8Array<ArrayBuffer>),
    setChosen: (next) => void (chosen = next as Uint8Array<ArrayBuffer>),
    draw({ centre, zoom }, { colours, hollow, size, share }) {
      const { width, height } = canvas;
      const step = Math.max(1, Math.round(1 / share));
      context.clearRect(0, 0, width, height);
      for (const [group, [red, green, blue]] of colours.entries()) {
        const colour = `rgb(${255 * red} ${255 * green} ${255 * blue})`;
        context.fillStyle = colour;
        context.strokeStyle = colour;
        for (let i = 0; i < groups.length; i += step) {
          if (groups[i] !== group) continue;
          const x = ((points[2 * i]! - centre[0]) * zoom + 0.5) * width;
          const y = ((points[2 * i + 1]! - centre[1]) * zoom + 0.5) * height;
          if (x < 0 || y < 0 || x > width || y > height) continue;
          context.globalAlpha = chosen[i] === 1 ? 0.85 : 0.1;
          if (group === hollow) context.strokeRect(x - size / 2, y - size / 2, size, size);
          else context.fillRect(x - size / 2, y - size / 2, size, size);
        }
      }
      context.globalAlpha = 1;
    },
    wait: () => undefined,
    dispose: () => undefined,
  };
}
