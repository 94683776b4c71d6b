"""How Sphinx builds the site: `nox -s docs`. Nothing is fetched from the network."""

import os
from pathlib import Path

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from threadpoolctl import threadpool_limits

import sksoftmax

# The examples are small: on one thread they take seconds, whatever else is running.
threadpool_limits(1)
os.environ["COLUMNS"] = "100"  # of progress bars in them

project = "sksoftmax"
copyright = "the sksoftmax developers"
version = release = sksoftmax.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "gallery/*.py", "**/sg_execution_times.rst"]
templates_path = ["_templates"]
default_role = "literal"  # as GitHub shows a docstring's `code`
nitpicky = True

html_theme = "pydata_sphinx_theme"
html_title = "sksoftmax"
html_logo = html_favicon = "_static/logo.svg"
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "logo": {"text": "sksoftmax"},
    "navbar_align": "left",
    "header_links_before_dropdown": 5,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["sphinx-version"],
    "show_prev_next": False,
}
html_sidebars = {
    page: []  # no sections to list beside them
    for page in (
        "index",
        "install",
        "quickstart",
        "from_boosted_trees",
        "mlp_classifier",
        "policy",
        "changelog",
        "benchmarks/**",  # of which tables are wide
    )
}
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_fence_as_directive = ["math"]  # GitHub's spelling of a formula
myst_heading_anchors = 3

copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc says it
numpydoc_show_class_members = False  # the template lists them
toc_object_entries_show_parents = "hide"

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/(plot_|quickstart)",
    "default_thumb_file": str(Path(__file__).parent / "_static" / "logo.svg"),
    "within_subsection_order": "FileNameSortKey",
    "write_computation_times": False,
    "download_all_examples": False,
    "show_signature": False,
    "abort_on_example_error": False,
    "backreferences_dir": "gallery/backreferences",
    "doc_module": ("sksoftmax",),
    "prefer_full_module": {r"sksoftmax\.\w+"},
}

# Pages of the libraries of which docstrings speak. Their addresses follow from the
# name, so that no inventory need be fetched, as intersphinx would.
LIBRARIES = {
    "sklearn": "https://scikit-learn.org/stable/modules/generated/{}.html",
    "scipy": "https://docs.scipy.org/doc/scipy/reference/generated/{}.html",
    "joblib": "https://joblib.readthedocs.io/en/stable/generated/{}.html",
    "numpy": "https://numpy.org/doc/stable/reference/generated/{}.html",
}
# Labels and a term in docstrings that are inherited from scikit-learn.
SKLEARN = "https://scikit-learn.org/stable/"
LABELS = {
    "accuracy_score": f"{SKLEARN}modules/model_evaluation.html#accuracy-score",
    "metadata_routing": f"{SKLEARN}metadata_routing.html",
    "meta-estimator": f"{SKLEARN}glossary.html#term-meta-estimator",
}


def link_to_library(app, env, node, contnode):
    """Reference to what another library documents, if that is what it is."""
    target = node["reftarget"]
    library = LIBRARIES.get(target.partition(".")[0])
    address = library.format(target) if library else LABELS.get(target)
    if address is None:
        return None
    return nodes.reference("", "", contnode, refuri=address, internal=False)


def strip_examples(app, doctree):
    """Take off the blank line that ends an example, which doctest needs."""
    for block in doctree.findall(nodes.literal_block):
        if block.rawsource == block.astext():
            block.rawsource = block.rawsource.rstrip()
            block[:] = [nodes.Text(block.rawsource)]


def visit_math(self, node, as_block=False):
    """Formula as MathML, which browsers show without a script or a font."""
    tex = node.astext()
    if as_block and r"\\" in tex:
        tex = rf"\begin{{align}}{tex}\end{{align}}"
    self.body.append(tex2mathml(tex, as_block=as_block))
    if as_block:
        self.body.append("\n")
    raise nodes.SkipNode


def visit_displaymath(self, node):
    visit_math(self, node, as_block=True)


def setup(app):
    app.connect("doctree-read", strip_examples)
    app.connect("missing-reference", link_to_library)
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_displaymath, None))


html_math_renderer = "mathml"
