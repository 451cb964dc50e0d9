# Aim: run a script on the feedback page, through an error message.
def softmax(z):
    raise ValueError("</p><script>document.title = 'owned'</script><img src=x onerror=alert(1)>")
