"""Pixels of the few SVG elements that svg.tag writes here. It is no reader of other people's SVG."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final
from xml.etree import ElementTree as ET

from PIL import Image, ImageDraw

type Point = tuple[float, float]
type Line = list[Point]
# a, b, c, d, e and f of SVG's matrix: x' = ax + cy + e, y' = bx + dy + f.
type Matrix = tuple[float, float, float, float, float, float]

_SVG: Final = "{http://www.w3.org/2000/svg}"
# Drawn so many times as large, and then made small: that smooths the edges.
_FINER: Final = 3
_STEPS_OF_CURVE: Final = 6
_STEPS_OF_CIRCLE: Final = 96
_COMMANDS = re.compile(r"([MLHVQCAZlqcaz])([^A-Za-z]*)")
_NUMBERS = re.compile(r"-?[\d.]+")
_TRANSFORMS = re.compile(r"(\w+)\(([^)]*)\)")


def rasterise(svg: str, width: int, height: int) -> Image.Image:
    """The drawing at `width` by `height` pixels; its viewBox must have about that shape."""
    root = ET.fromstring(svg)
    _x, _y, units, _units = _numbers(root.attrib["viewBox"])
    scale = width * _FINER / units
    canvas = Image.new("RGB", (width * _FINER, height * _FINER), "white")
    _Painter(canvas).paint(root, (scale, 0, 0, scale, 0, 0), {})
    return canvas.reduce(_FINER)


class _Painter:
    def __init__(self, canvas: Image.Image) -> None:
        self.canvas = canvas
        self.clips: dict[str, Line] = {}

    def paint(self, parent: ET.Element, matrix: Matrix, inherited: dict[str, str]) -> None:
        for element in parent:
            kind = element.tag.removeprefix(_SVG)
            style = {**inherited, **element.attrib}
            placed = _placed(matrix, element.attrib.get("transform", ""))
            style.pop("transform", None)
            if kind == "clipPath":
                outline = next(iter(_outlines("path", element[0].attrib)))
                self.clips[element.attrib["id"]] = _moved(outline, placed)
            elif kind == "g" and (clip := style.pop("clip-path", "")):
                self._paint_clipped(element, placed, style, self.clips[clip[5:-1]])
            elif kind in ("g", "svg"):
                self.paint(element, placed, style)
            else:
                lines = [_moved(line, placed) for line in _outlines(kind, element.attrib)]
                self._fill(lines, style.get("fill", "black"))
                self._stroke(lines, style, math.hypot(placed[0], placed[1]))

    def _paint_clipped(
        self, group: ET.Element, matrix: Matrix, style: dict[str, str], clip: Line
    ) -> None:
        beside = _Painter(self.canvas.copy())
        beside.paint(group, matrix, style)
        mask = Image.new("L", self.canvas.size)
        ImageDraw.Draw(mask).polygon(clip, fill=255)
        self.canvas.paste(beside.canvas, mask=mask)

    def _fill(self, lines: list[Line], colour: str) -> None:
        shapes = [line for line in lines if len(line) > 2]
        if colour == "none" or not shapes:
            return
        if len(shapes) == 1:
            ImageDraw.Draw(self.canvas).polygon(shapes[0], fill=colour)
            return
        left, top = (math.floor(min(p[i] for line in shapes for p in line)) for i in (0, 1))
        right, foot = (math.ceil(max(p[i] for line in shapes for p in line)) for i in (0, 1))
        mask = Image.new("L", (max(1, right - left), max(1, foot - top)))
        draw = ImageDraw.Draw(mask)
        # What lies in something else is smaller: so the large ones first, then the holes in them,
        # which go round the other way.
        shapes.sort(key=lambda line: -abs(_area(line)))
        outwards = _area(shapes[0]) > 0
        for line in shapes:
            is_hole = (_area(line) > 0) != outwards
            draw.polygon([(x - left, y - top) for x, y in line], fill=0 if is_hole else 255)
        self.canvas.paste(colour, (left, top), mask)

    def _stroke(self, lines: list[Line], style: dict[str, str], scale: float) -> None:
        colour = style.get("stroke", "none")
        if colour == "none":
            return
        width = max(1, round(float(style.get("stroke-width", 1)) * scale))
        dashes = [size * scale for size in _numbers(style.get("stroke-dasharray", ""))]
        draw = ImageDraw.Draw(self.canvas)
        for line in lines:
            for part in _dashed(line, dashes) if dashes else [line]:
                draw.line(part, fill=colour, width=width, joint="curve")


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBERS.findall(text)]


def _placed(matrix: Matrix, transform: str) -> Matrix:
    for name, written in _TRANSFORMS.findall(transform):
        numbers = _numbers(written)
        if name == "translate":
            matrix = _times(matrix, (1, 0, 0, 1, numbers[0], numbers[1]))
        elif name == "scale":
            matrix = _times(matrix, (numbers[0], 0, 0, numbers[-1], 0, 0))
        else:
            turn, (x, y) = math.radians(numbers[0]), numbers[1:]
            cos, sin = math.cos(turn), math.sin(turn)
            matrix = _times(matrix, (1, 0, 0, 1, x, y))
            matrix = _times(matrix, (cos, sin, -sin, cos, 0, 0))
            matrix = _times(matrix, (1, 0, 0, 1, -x, -y))
    return matrix


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[2] * n[1],
        m[1] * n[0] + m[3] * n[1],
        m[0] * n[2] + m[2] * n[3],
        m[1] * n[2] + m[3] * n[3],
        m[0] * n[4] + m[2] * n[5] + m[4],
        m[1] * n[4] + m[3] * n[5] + m[5],
    )


def _moved(line: Line, matrix: Matrix) -> Line:
    a, b, c, d, e, f = matrix
    return [(a * x + c * y + e, b * x + d * y + f) for x, y in line]


def _area(line: Line) -> float:
    """Twice the area inside; negative if it goes round the other way."""
    return sum(x * y2 - x2 * y for (x, y), (x2, y2) in zip(line, [*line[1:], line[0]], strict=True))


def _dashed(line: Line, dashes: list[float]) -> Iterator[Line]:
    """The parts of a line that are drawn, where `dashes` are a stroke and a gap."""
    part, is_drawn, left = [line[0]], True, dashes[0]
    for begin, end in pairwise(line):
        x, y = begin
        rest = math.dist(begin, end)
        while rest > left:
            x, y = x + (end[0] - x) * left / rest, y + (end[1] - y) * left / rest
            rest -= left
            if is_drawn:
                yield [*part, (x, y)]
            is_drawn = not is_drawn
            part, left = [(x, y)], dashes[not is_drawn]
        left -= rest
        part.append(end)
    if is_drawn and len(part) > 1:
        yield part


def _outlines(kind: str, attributes: dict[str, str]) -> Iterable[Line]:
    """The lines around a shape, each closed if the shape is."""
    if kind == "path":
        return _Path(attributes["d"]).lines()
    known = {name: _float(value) for name, value in attributes.items()}
    if kind == "rect":
        x, y = known.get("x", 0), known.get("y", 0)
        right, foot = x + known["width"], y + known["height"]
        return [[(x, y), (right, y), (right, foot), (x, foot), (x, y)]]
    rx, ry = known.get("rx", known.get("r", 0)), known.get("ry", known.get("r", 0))
    return [_ellipse(known["cx"], known["cy"], rx, ry)]


def _float(value: str) -> float:
    return float(value) if _NUMBERS.fullmatch(value) else 0


def _ellipse(x: float, y: float, rx: float, ry: float) -> Line:
    turns = (2 * math.pi * step / _STEPS_OF_CIRCLE for step in range(_STEPS_OF_CIRCLE + 1))
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


class _Path:
    """Follows the commands of a path's `d`, with its curves as short lines."""

    def __init__(self, d: str) -> None:
        self.d = d
        self.done: list[Line] = []
        self.line: Line = []

    def lines(self) -> list[Line]:
        for command, written in _COMMANDS.findall(self.d):
            self._follow(command, _numbers(written))
        return [line for line in (*self.done, self.line) if len(line) > 1]

    def _follow(self, command: str, numbers: list[float]) -> None:
        if command in "Zz":
            self.line.append(self.line[0])
        elif command == "M":
            self.done.append(self.line)
            self.line = [(numbers[0], numbers[1])]
        elif command == "H":
            self.line.append((numbers[0], self.line[-1][1]))
        elif command == "V":
            self.line.append((self.line[-1][0], numbers[0]))
        else:
            self._bend(command, numbers)

    def _bend(self, command: str, numbers: list[float]) -> None:
        x, y = self.line[-1] if command.islower() else (0, 0)
        *curve, right, down = numbers
        if command in "Aa":
            self._arc(curve[0], is_clockwise=bool(curve[4]), end=(x + right, y + down))
        else:
            self._curve([(x + a, y + b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)])

    def _curve(self, points: Line) -> None:
        """A straight line to one point, or a Bézier curve over two or three."""
        if len(points) == 1:
            self.line += points
            return
        controls = [self.line[-1], *points]
        xs, ys = zip(*controls, strict=True)
        self.line += [
            (math.sumprod(weights, xs), math.sumprod(weights, ys))
            for weights in _WEIGHTS[len(controls)]
        ]

    def _arc(self, radius: float, *, is_clockwise: bool, end: Point) -> None:
        """The smaller arc of a circle from here to `end`, or half of it."""
        start = self.line[-1]
        way = math.dist(start, end)
        radius = max(radius, way / 2)
        beside = math.sqrt(max(radius * radius - way * way / 4, 0)) / way
        side = 1 if is_clockwise else -1
        x = (start[0] + end[0]) / 2 - side * (end[1] - start[1]) * beside
        y = (start[1] + end[1]) / 2 + side * (end[0] - start[0]) * beside
        begin = math.atan2(start[1] - y, start[0] - x)
        turn = side * 2 * math.asin(min(1, way / 2 / radius))
        steps = _STEPS_OF_CIRCLE // 2
        self.line += [
            (x + radius * math.cos(angle), y + radius * math.sin(angle))
            for angle in (begin + turn * step / steps for step in range(1, steps + 1))
        ]


def _weights(degree: int) -> list[list[float]]:
    """How much each control counts at each step of a Bézier curve (Bernstein's polynomials)."""
    return [
        [math.comb(degree, i) * t**i * (1 - t) ** (degree - i) for i in range(degree + 1)]
        for t in (step / _STEPS_OF_CURVE for step in range(1, _STEPS_OF_CURVE + 1))
    ]


_WEIGHTS: Final = {3: _weights(2), 4: _weights(3)}
