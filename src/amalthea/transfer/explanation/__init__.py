"""Where in a picture a network sees a class: by gradients, or by what changes if a part of the picture is hidden."""
