"""Show a widget, and what stands in its place where no widget can work."""

from course_utils.environment import on_colab


def show_widget(widget, still: dict[str, str]) -> None:
    """Display a widget of ipywidgets.

    still: MIME type -> what GitHub shows, and a notebook that was just opened. It is left out on
    Colab, where a second form might be shown in place of the widget; and with ipywidgets 7, which
    Colab has, a widget has to be displayed as it is: it cannot give its forms.
    """
    from IPython.display import display

    if on_colab() or not hasattr(widget, "_repr_mimebundle_"):
        display(widget)
    else:
        display(widget._repr_mimebundle_() | still, raw=True)
