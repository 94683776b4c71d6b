"""Export to ONNX: importing this module teaches skl2onnx the package's classifiers.

Needs `pip install "sksoftmax[onnx]"`. Alone or inside a Pipeline they are then
converted as any of scikit-learn's, with the usual outputs and options:

- `zipmap`: False for an array of probabilities, True (the default of skl2onnx) for a
  list of dicts, "columns" for one output for each class;
- `output_class_labels`: True for a third output with the labels;
- `nocl`: True for codes 0, 1, ... as labels;
- `raw_scores`: True for the logits in the place of the probabilities; of two classes
  for minus and plus the log-odds of the second.

A table with categories takes an input for each column, or for several side by side:
strings for columns whose categories are strings, where "" is a gap, unless it is a
category, and numbers for others, where NaN is one. So `initial_types` of `to_onnx` has
pairs as `("colour", StringTensorType([None, 1]))`.

The network is computed in the type of its inputs: float64 if one is a
`DoubleTensorType`, otherwise float32. Inputs of integers, as seconds since 1970, keep
all their digits: what lies far from 0 is subtracted in float64. Labels are int64 or
strings, as ONNX has no others; those that are neither, as numbers beyond 2**63 or
dates, are refused unless with `nocl`.

Examples
--------
>>> from onnxruntime import InferenceSession
>>> from skl2onnx import to_onnx
>>> from sklearn.datasets import load_iris
>>> import sksoftmax.onnx
>>> X, y = load_iris(return_X_y=True)
>>> X = X.astype("float32")
>>> clf = sksoftmax.SoftmaxMLPClassifier((10,), "silu", random_state=0).fit(X, y)
>>> model = to_onnx(clf, X[:1], options={"zipmap": False})
>>> session = InferenceSession(model.SerializeToString())
>>> labels, p = session.run(None, {"X": X})
>>> bool(abs(p - clf.predict_proba(X)).max() < 1e-5)
True
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from skl2onnx import update_registered_converter
from skl2onnx._parse import _parse_sklearn_classifier
from skl2onnx.algebra.onnx_ops import (
    OnnxAbs,
    OnnxAdd,
    OnnxAnd,
    OnnxArgMax,
    OnnxCast,
    OnnxConcat,
    OnnxEqual,
    OnnxExp,
    OnnxGather,
    OnnxGemm,
    OnnxIdentity,
    OnnxIsNaN,
    OnnxLabelEncoder_2,
    OnnxLog,
    OnnxMatMul,
    OnnxMax,
    OnnxMin,
    OnnxMul,
    OnnxNeg,
    OnnxOr,
    OnnxRelu,
    OnnxSigmoid,
    OnnxSoftmax,
    OnnxSub,
    OnnxTanh,
    OnnxWhere,
)
from skl2onnx.common.data_types import (
    DataType,
    DoubleTensorType,
    FloatTensorType,
    Int32TensorType,
    Int64TensorType,
    StringTensorType,
    UInt32TensorType,
    UInt64TensorType,
    guess_proto_type,
)
from sklearn.base import ClassifierMixin

from sksoftmax._classifier import SoftmaxMLPClassifier
from sksoftmax._classifier_cv import SoftmaxMLPClassifierCV
from sksoftmax._column_encoder import ColumnEncoder
from sksoftmax._features.encoding import Encoding
from sksoftmax._rows.namespace import as_numpy
from sksoftmax._sklearn.errors import column_name
from sksoftmax._sklearn.fitted import Layers, in_numpy
from sksoftmax._sklearn.warning import warn

__all__: list[str] = []


# Of a column, from one number to the next, in what it adds to a hidden unit.
_LARGEST_STEP, _ROUGH_STEP = 10.0, 0.05
_TENSORS = {np.float64: DoubleTensorType, np.float32: FloatTensorType}
_INTEGERS = (Int32TensorType, Int64TensorType)
# Inputs that float32 would round.
_WIDE = (DoubleTensorType, *_INTEGERS, UInt32TensorType, UInt64TensorType)


def _softplus(a: Any, one: NDArray, **version: int) -> Any:
    small = OnnxExp(OnnxNeg(OnnxAbs(a, **version), **version), **version)
    log1p = OnnxLog(OnnxAdd(small, one, **version), **version)
    return OnnxAdd(OnnxRelu(a, **version), log1p, **version)


def _elu(a: Any, one: NDArray, **version: int) -> Any:
    negative_part = OnnxNeg(OnnxRelu(OnnxNeg(a, **version), **version), **version)
    expm1 = OnnxSub(OnnxExp(negative_part, **version), one, **version)
    return OnnxAdd(OnnxRelu(a, **version), expm1, **version)


# Not ONNX's own Softplus and Elu, which onnxruntime has in float32 alone.
_ACTIVATIONS = {
    "identity": lambda a, one, **version: OnnxIdentity(a, **version),
    "logistic": lambda a, one, **version: OnnxSigmoid(a, **version),
    "tanh": lambda a, one, **version: OnnxTanh(a, **version),
    "relu": lambda a, one, **version: OnnxRelu(a, **version),
    "softplus": _softplus,
    "silu": lambda a, one, **version: OnnxMul(a, OnnxSigmoid(a, **version), **version),
    "elu": _elu,
}


def _intercept_from(rounded: NDArray, origin: NDArray, layers: Layers) -> NDArray:
    """That of the first layer for rows less the rounded origin."""
    rounding = origin - rounded.astype(np.float64)
    return layers.intercepts[0] - rounding @ layers.coefs[0].astype(np.float64)


def _starts(layers: Layers) -> tuple[NDArray, NDArray]:
    """Columns, and what is subtracted from each, before the first layer."""
    if layers.encoding is not None:
        return layers.encoding.columns, layers.encoding.starts
    origin = np.empty(0) if layers.origin is None else layers.origin
    return np.arange(origin.size), origin


def _check_digits(layers: Layers, operator: Any, names: NDArray | None) -> None:
    """Refuse columns whose values the types of their inputs can't tell apart.

    And warn of those that they round so much that probabilities may be others.
    """
    columns, starts = _starts(layers)
    if not columns.size:
        return
    is_wide = _is_wide(operator)[columns]
    largest_coef = abs(layers.coefs[0][: columns.size]).max(axis=1).astype(np.float64)
    narrow, wide = (np.spacing(abs(starts.astype(f))) for f in ("f4", "f8"))
    steps = largest_coef * np.where(is_wide, wide, narrow)
    place = int(steps.argmax())
    dtype = np.dtype(np.float64 if is_wide[place] else np.float32)
    column = columns[place]
    if not steps[place] <= _LARGEST_STEP:  # or NaN, of a start that overflows
        raise ValueError(_too_coarse(dtype, column, names, starts[place]))
    if steps[place] > _ROUGH_STEP and starts.dtype != dtype:  # not so in the fit
        warn(
            f"{dtype} rounds the values of {column_name(column, names)}, about "
            f"{starts[place]:.3g}, to steps that change what a hidden unit is given by "
            f"up to {steps[place]:.2g}: probabilities may be others. Convert with "
            "DoubleTensorType inputs, or subtract a constant from the column before "
            "the fit."
        )


def _too_coarse(
    dtype: np.dtype, column: int, names: NDArray | None, value: float
) -> str:
    return _lost(
        dtype,
        f"tell the values of {column_name(column, names)} apart",
        value,
        "subtract a constant from the column",
    )


def _lost(dtype: np.dtype, what: str, value: float, remedy: str) -> str:
    return (
        f"{dtype} can't {what}, about {value:.3g}. Convert with DoubleTensorType "
        f"inputs, or {remedy} before the fit."
    )


def _check_weights(layers: Layers, dtype: DTypeLike, names: NDArray | None) -> None:
    """Refuse columns in units so small that their weights overflow."""
    coef, encoding = layers.coefs[0], layers.encoding
    columns = np.arange(len(coef)) if encoding is None else encoding.input_columns
    largest = abs(coef).max(axis=1)
    _check_finite(largest, columns, dtype, names, "hold the weights of {}", "multiply")
    others = [*layers.coefs[1:], *layers.intercepts]
    if not all(np.isfinite(weights.astype(dtype)).all() for weights in others):
        raise ValueError(
            f"{np.dtype(dtype)} can't hold all weights between the layers. Convert "
            "with DoubleTensorType inputs."
        )


def _check_columns(
    encoding: Encoding | None,
    plain: Sequence[NDArray | None],
    dtype: DTypeLike,
    names: NDArray | None,
) -> None:
    """Refuse columns in units so large that what they are compared with overflows."""
    for values in plain if encoding is None else encoding[1:4]:
        if values is not None:
            columns = np.arange(values.size) if encoding is None else encoding.columns
            what = "tell the values of {} apart"
            _check_finite(values, columns, dtype, names, what, "divide")


def _check_finite(
    values: NDArray,
    columns: NDArray,
    dtype: DTypeLike,
    names: NDArray | None,
    what: str,
    scale: str,
) -> None:
    """Refuse values that are infinite in the dtype alone: widths are by design."""
    is_lost = np.isfinite(values) & np.isinf(values.astype(dtype))
    if is_lost.any():
        place = int(is_lost.argmax())
        what = what.format(column_name(columns[place], names))
        remedy = f"{scale} the column by a constant"
        raise ValueError(_lost(np.dtype(dtype), what, values[place], remedy))


def _filled(rows: Any, fills: NDArray, **version: int) -> Any:
    return OnnxWhere(OnnxIsNaN(rows, **version), fills, rows, **version)


def _bounded(rows: Any, bounds: NDArray, **version: int) -> Any:
    lowest, highest = bounds
    return OnnxMin(OnnxMax(rows, lowest, **version), highest, **version)


def _encoded(
    rows: Any,
    encoding: Encoding,
    dtype: type[np.float64 | np.float32],
    **version: int,
) -> Any:
    """Inputs of the first layer, from the columns."""
    inputs = [
        function(rows, encoding, dtype, **version)
        for function, columns in (
            (_parts_of, encoding.columns),
            (_indicated, encoding.indicators.columns),
        )
        if columns.size
    ]
    return inputs[0] if len(inputs) == 1 else OnnxConcat(*inputs, axis=1, **version)


def _parts_of(
    rows: Any,
    encoding: Encoding,
    dtype: type[np.float64 | np.float32],
    **version: int,
) -> Any:
    columns, starts, widths, fills, *_ = encoding
    rounded: NDArray[np.floating] = starts.astype(dtype)
    h = values = OnnxGather(rows, columns.astype(np.int64), axis=1, **version)
    h = OnnxSub(h, rounded, **version)
    if (starts != rounded).any():
        h = OnnxSub(h, (starts - rounded).astype(dtype), **version)
    h = OnnxMax(h, np.where(np.isinf(widths), -widths, 0).astype(dtype), **version)
    h = OnnxMin(h, widths.astype(dtype), **version)
    return OnnxWhere(OnnxIsNaN(values, **version), fills.astype(dtype), h, **version)


def _indicated(
    rows: Any,
    encoding: Encoding,
    dtype: type[np.float64 | np.float32],
    **version: int,
) -> Any:
    columns, values = encoding.indicators
    found = OnnxGather(rows, columns.astype(np.int64), axis=1, **version)
    is_code = OnnxEqual(found, values.astype(dtype), **version)  # never of NaN
    is_gap = OnnxAnd(OnnxIsNaN(found, **version), np.isnan(values), **version)
    is_there = OnnxOr(is_gap, is_code, **version)
    return OnnxCast(is_there, to=guess_proto_type(_TENSORS[dtype]()), **version)


def _label_classes(scope: Any, clf: ClassifierMixin) -> NDArray:
    """Labels of the graph, which are strings or int64; or an error."""
    has_codes = scope.get_options(clf, {"nocl": False})["nocl"]
    classes = np.arange(clf.n_outputs_) if has_codes else as_numpy(clf.classes_)
    if classes.dtype.kind in "biuf":
        dtype, (least, largest) = np.dtype(np.int64), (-(2**63), 2**63 - 1)
        fit = [c == int(c) and least <= c <= largest for c in classes.tolist()]
    else:
        dtype, fit = np.dtype(object), [isinstance(c, str) for c in classes]
    if not all(fit):
        raise ValueError(
            "ONNX has labels that are integers of 64 bits or strings; "
            f"{type(clf).__name__} has {classes[fit.index(False)]!r}. Convert with "
            'options={"nocl": True}, for codes 0, 1, ... in their place, or fit it to '
            "labels that sklearn.preprocessing.LabelEncoder has encoded."
        )
    return classes.astype(dtype)


def _parse(scope: Any, clf: ClassifierMixin, inputs: list, **parsers: Any) -> list:
    """Declare the outputs, as of all classifiers, if ONNX has such labels.

    What skl2onnx says of others, of which it knows only later, is not understood.
    """
    _label_classes(scope, clf)
    local = clf.to_numpy()
    if local is clf:
        return _parse_sklearn_classifier(scope, clf, inputs, **parsers)
    # With NumPy's classes, but as the one that the user has options for.
    scope.add_options(id(local), scope.get_options(clf))
    try:
        outputs = _parse_sklearn_classifier(scope, local, inputs, **parsers)
    finally:
        del scope.options[id(local)]
    scope.replace_raw_operator(local, clf, _alias(type(clf)))
    return outputs


def _alias(model: type[ClassifierMixin]) -> str:
    """What skl2onnx calls it."""
    return f"Sksoftmax{model.__name__}"


def _dtype(operator: Any) -> type[np.float64 | np.float32]:
    """The type of the network: float64 where an input is, float32 otherwise."""
    is_double = any(isinstance(i.type, DoubleTensorType) for i in operator.inputs)
    return np.float64 if is_double else np.float32


def _is_wide(operator: Any) -> NDArray[np.bool_]:
    """For each column, whether float32 would round its input."""
    is_wide = [isinstance(given.type, _WIDE) for given in operator.inputs]
    if len(is_wide) == 1:  # whose number of columns may be unknown
        return np.repeat(is_wide, operator.raw_operator.n_features_in_)
    return np.repeat(is_wide, [given.type.shape[1] for given in operator.inputs])


def _rows_dtype(operator: Any) -> type[np.float64 | np.float32]:
    """The type of rows until they are inputs of the first layer, or of an encoder."""
    return np.float64 if _is_wide(operator).any() else np.float32


def _narrowed(inputs: Any, operator: Any, **version: int) -> Any:
    """In the type of the network."""
    to = guess_proto_type(_TENSORS[_dtype(operator)]())
    return OnnxCast(inputs, to=to, **version)


def _rows(operator: Any, container: Any) -> Any:
    """Columns of all inputs together, as numbers, categories as levels."""
    to = guess_proto_type(_TENSORS[_rows_dtype(operator)]())
    version = {"op_version": container.target_opset}
    categories = operator.raw_operator._categories
    if categories is None and len(operator.inputs) == 1:
        return OnnxCast(operator.inputs[0], to=to, **version)
    coded = [] if categories is None else categories.columns.tolist()
    names = getattr(operator.raw_operator, "feature_names_in_", None)
    columns: list[Any] = []
    for given in operator.inputs:
        for k in range(given.type.shape[1]):
            column = OnnxGather(given, np.array([k]), axis=1, **version)
            name = column_name(len(columns), names)
            if len(columns) in coded:
                place = coded.index(len(columns))
                known = categories.values[place], categories.levels[place]
                column = _levels(column, *known, name, given.type, container)
            elif isinstance(given.type, StringTensorType):
                raise ValueError(f"{name} holds numbers; got an input of strings.")
            columns.append(OnnxCast(column, to=to, **version))
    return OnnxConcat(*columns, axis=1, **version)


def _levels(
    column: Any,
    values: NDArray,
    levels: NDArray,
    name: str,
    given: DataType,
    container: Any,
) -> Any:
    """Levels of a column of categories, NaN for gaps."""
    *known, unknown = levels.astype(float).tolist()
    is_text = isinstance(given, StringTensorType)
    if is_text != all(isinstance(value, str) for value in values):
        raise ValueError(
            f"{name} holds {'numbers' if is_text else 'strings'}; got an input of "
            f"{'strings' if is_text else 'numbers'}."
        )
    if is_text:
        keys = [str(value) for value in values]
        if "" not in keys:
            keys, known = [*keys, ""], [*known, np.nan]
        return _looked_up(column, known, unknown, keys_strings=keys)
    version = {"op_version": container.target_opset}
    if isinstance(given, _INTEGERS):  # which may be as large as numbers of customers
        is_whole = np.equal(values % 1, 0)
        keys = values[is_whole].astype(np.int64).tolist()
        column = OnnxCast(column, to=guess_proto_type(Int64TensorType()), **version)
        known = np.array(known)[is_whole].tolist()
        return _looked_up(column, known, unknown, keys_int64s=keys)
    # As they are given: fractions that float32 has rounded equal no others.
    dtype = np.float64 if isinstance(given, _WIDE) else np.float32
    to = guess_proto_type(_TENSORS[dtype]())
    numbers = values.astype(dtype)
    if np.unique(numbers).size < values.size:
        raise ValueError(
            f"{np.dtype(dtype)} can't tell the categories of {name} apart. Convert "
            "with Int64TensorType or DoubleTensorType inputs, or make strings of them "
            "before the fit."
        )
    column = OnnxCast(column, to=to, **version)
    is_value = OnnxEqual(column, numbers, **version)
    above = (np.array(known) - unknown).astype(dtype)[:, np.newaxis]
    level = OnnxMatMul(OnnxCast(is_value, to=to, **version), above, **version)
    level = OnnxAdd(level, np.array([unknown], dtype), **version)
    gap = np.array([np.nan], dtype)
    return OnnxWhere(OnnxIsNaN(column, **version), gap, level, **version)


def _looked_up(column: Any, known: list, unknown: float, **keys: list) -> Any:
    return OnnxLabelEncoder_2(
        column,
        values_floats=known,
        default_float=unknown,
        op_version=2,  # of the domain ai.onnx.ml
        **keys,
    )


def _first_inputs(
    rows: Any, layers: Layers, operator: Any, **version: int
) -> tuple[Any, NDArray]:
    """What the first layer takes of the rows, and its intercept for that."""
    dtype = _rows_dtype(operator)
    if layers.encoding is not None:
        inputs = _encoded(rows, layers.encoding, dtype, **version)
        return _narrowed(inputs, operator, **version), layers.intercepts[0]
    intercept, fills, bounds = layers.intercepts[0], layers.fills, layers.bounds
    if layers.origin is not None:
        rounded: NDArray[np.floating] = layers.origin.astype(dtype)
        intercept = _intercept_from(rounded, layers.origin, layers)
        rows = OnnxSub(rows, rounded, **version)
        fills = None if fills is None else fills - rounded
        bounds = None if bounds is None else bounds - rounded
    if fills is not None:
        rows = _filled(rows, fills.astype(dtype), **version)
    if bounds is not None:
        rows = _bounded(rows, bounds.astype(dtype), **version)
    return _narrowed(rows, operator, **version), intercept


@np.errstate(all="ignore")  # numbers that overflow are looked for
def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Add the network to the graph; signature of skl2onnx's converters."""
    clf = operator.raw_operator
    version = {"op_version": container.target_opset}
    rows, dtype = _rows(operator, container), _dtype(operator)
    layers = Layers.of(in_numpy(vars(clf)))
    names = getattr(clf, "feature_names_in_", None)
    _check_weights(layers, dtype, names)
    bounds = () if layers.bounds is None else layers.bounds
    plain = layers.origin, layers.fills, *bounds
    _check_columns(layers.encoding, plain, dtype, names)
    _check_digits(layers, operator, names)
    h, intercept = _first_inputs(rows, layers, operator, **version)
    coefs = [coef.astype(dtype) for coef in layers.coefs]
    intercepts = [b.astype(dtype) for b in (intercept, *layers.intercepts[1:])]
    for *layer, name in zip(coefs, intercepts, clf._activations, strict=False):
        a = OnnxGemm(h, *layer, **version)
        h = _ACTIVATIONS[name](a, np.ones(1, dtype), **version)
    logits = OnnxGemm(h, coefs[-1], intercepts[-1], **version)

    classes = _label_classes(scope, clf)
    codes = OnnxArgMax(logits, axis=1, keepdims=0, **version)
    labels, scores = operator.outputs
    OnnxGather(classes, codes, output_names=[labels], **version).add_to(
        scope, container
    )
    out = {"output_names": [scores], **version}
    if not container.get_options(clf, {"raw_scores": False})["raw_scores"]:
        final = OnnxSoftmax(logits, axis=1, **out)
    elif len(classes) == 2:
        # As skl2onnx's own: its CalibratedClassifierCV takes the second for the score.
        final = OnnxMatMul(logits, np.array([[1, -1], [-1, 1]], dtype), **out)
    else:
        final = OnnxIdentity(logits, **out)
    final.add_to(scope, container)


@np.errstate(all="ignore")  # numbers that overflow are looked for
def _convert_encoder(scope: Any, operator: Any, container: Any) -> None:
    """Add the parts of the columns to the graph."""
    encoder = operator.raw_operator
    version = {"op_version": container.target_opset}
    h, dtype = _rows(operator, container), _rows_dtype(operator)
    names = getattr(encoder, "feature_names_in_", None)
    bounds = encoder._bounds
    plain = encoder._fills, *(() if bounds is None else bounds)
    _check_columns(encoder._encoding, plain, _dtype(operator), names)
    if encoder._encoding is not None:
        h = _encoded(h, encoder._encoding, dtype, **version)
    elif encoder._fills is not None:
        h = _filled(h, encoder._fills.astype(dtype), **version)
    if bounds is not None:
        h = _bounded(h, bounds.astype(dtype), **version)
    h = _narrowed(h, operator, **version)
    final = OnnxIdentity(h, output_names=operator.outputs, **version)
    final.add_to(scope, container)


def _classifier_shape(operator: Any) -> None:
    """As skl2onnx's, which has a single type of scores, and knows NumPy's classes."""
    n_rows = operator.inputs[0].get_first_dimension()
    classes = _label_classes(operator.scope_inst, operator.raw_operator)
    labels, scores = operator.outputs
    of_labels = StringTensorType if classes.dtype == object else Int64TensorType
    labels.set_type(of_labels([n_rows]))
    scores.set_type(_TENSORS[_dtype(operator)]([n_rows, classes.size]))


def _encoder_shape(operator: Any) -> None:
    rows, _ = operator.inputs[0].type.shape
    tensor_type = _TENSORS[_dtype(operator)]
    operator.outputs[0].type = tensor_type([rows, operator.raw_operator.columns_.size])


update_registered_converter(
    ColumnEncoder, "SksoftmaxColumnEncoder", _encoder_shape, _convert_encoder
)
for _model in (SoftmaxMLPClassifier, SoftmaxMLPClassifierCV):
    update_registered_converter(
        _model,
        _alias(_model),
        _classifier_shape,
        _convert,
        options={
            "zipmap": [True, False, "columns"],
            "output_class_labels": [False, True],
            "nocl": [True, False],
            "raw_scores": [True, False],
        },
        parser=_parse,
    )
