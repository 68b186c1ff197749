"""The faces of fundalign: nothing below this room knows a screen."""
