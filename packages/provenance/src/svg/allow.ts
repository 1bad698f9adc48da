/**
 * What an SVG may hold after sanitising. Everything that is not named here is dropped: still pictures need no
 * script, no animation, no foreign content, no fonts and no way to fetch anything.
 */

export const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';
export const XLINK_NAMESPACE = 'http://www.w3.org/1999/xlink';
export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Elements by local name, in the SVG namespace. */
export const ALLOWED_ELEMENTS = words(`
  svg g defs symbol use switch a title desc style
  path rect circle ellipse line polyline polygon text tspan textPath image
  linearGradient radialGradient stop pattern clipPath mask marker filter
  feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
  feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feImage feMerge
  feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence
`);

/** Elements whose text is shown or read: it is kept, with e-mail addresses and paths taken out. */
export const TEXT_ELEMENTS = words('title desc text tspan textPath a');

/** Presentation properties, allowed both as attributes and in CSS. */
export const ALLOWED_PROPERTIES = words(`
  alignment-baseline baseline-shift clip clip-path clip-rule color color-interpolation
  color-interpolation-filters color-rendering cursor direction display dominant-baseline enable-background
  fill fill-opacity fill-rule filter flood-color flood-opacity font font-family font-size font-size-adjust
  font-stretch font-style font-variant font-weight glyph-orientation-horizontal glyph-orientation-vertical
  image-rendering isolation kerning letter-spacing lighting-color line-height marker marker-end marker-mid
  marker-start mask mix-blend-mode opacity overflow paint-order pointer-events shape-rendering stop-color
  stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit
  stroke-opacity stroke-width text-align text-anchor text-decoration text-indent text-rendering
  text-transform transform unicode-bidi vector-effect visibility white-space word-spacing writing-mode
`);

/** Attributes that are no properties. All without a namespace. */
export const ALLOWED_ATTRIBUTES = words(`
  id class style x y z x1 y1 x2 y2 cx cy r rx ry fx fy fr width height d points pathLength transform viewBox
  preserveAspectRatio version offset gradientUnits gradientTransform spreadMethod patternUnits
  patternContentUnits patternTransform clipPathUnits maskUnits maskContentUnits markerUnits markerWidth
  markerHeight refX refY orient filterUnits primitiveUnits filterRes dx dy rotate textLength lengthAdjust
  startOffset method spacing requiredFeatures systemLanguage
  in in2 result mode operator k1 k2 k3 k4 values type stdDeviation edgeMode scale xChannelSelector
  yChannelSelector order kernelMatrix divisor bias targetX targetY kernelUnitLength preserveAlpha surfaceScale
  diffuseConstant specularConstant specularExponent limitingConeAngle pointsAtX pointsAtY pointsAtZ azimuth
  elevation baseFrequency numOctaves seed stitchTiles radius slope intercept amplitude exponent tableValues
`);

/** Only these may carry a picture inside themselves; others may point at a fragment of the same file. */
export const IMAGE_ELEMENTS = words('image feImage');
/** Elements whose href to a fragment means something. */
export const REFERENCE_ELEMENTS = words(
  'use linearGradient radialGradient pattern filter textPath image feImage mask clipPath',
);

/** Pictures that may stand inside an SVG, as base64 only. */
export const INNER_PICTURE = /^data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+$/i;
export const FRAGMENT = /^#[^\s"'<>()\\]+$/;
